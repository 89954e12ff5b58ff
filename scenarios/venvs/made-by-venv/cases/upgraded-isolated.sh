"$PYTHON" -m venv --without-pip last
"$PYTHON" -m venv --without-pip --upgrade last
