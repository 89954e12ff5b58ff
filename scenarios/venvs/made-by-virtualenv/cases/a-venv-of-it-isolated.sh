virtualenv -q --no-seed --no-periodic-update -p "$PYTHON" v1
v1/bin/python -m venv --without-pip last
