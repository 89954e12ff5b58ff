uv venv -q --no-managed-python -p "$PYTHON" v1
uv venv -q --no-managed-python -p v1/bin/python v2
uv venv -q --no-managed-python -p v2/bin/python last
