"$PYTHON" -m venv --without-pip --copies last
