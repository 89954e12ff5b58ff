uv venv -q --no-managed-python --relocatable -p "$PYTHON" v1
mv v1 last
