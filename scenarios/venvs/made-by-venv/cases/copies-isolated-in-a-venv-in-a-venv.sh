"$PYTHON" -m venv --without-pip --copies v1
v1/bin/python -m venv --without-pip --copies v2
v2/bin/python -m venv --without-pip --copies last
