"$PYTHON" -m venv --without-pip v1
uv venv -q --no-managed-python -p v1/bin/python last
