uv venv -q --no-managed-python --system-site-packages --relocatable -p "$PYTHON" v1
mv v1 last
