uv venv -q --no-managed-python -p "$PYTHON" v1
v1/bin/python -m venv --without-pip last
