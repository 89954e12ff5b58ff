"$PYTHON" -S -m venv --without-pip last
