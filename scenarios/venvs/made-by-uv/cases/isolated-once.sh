uv venv -q --no-managed-python -p "$PYTHON" last
