"$PYTHON" -I -m venv --without-pip last
