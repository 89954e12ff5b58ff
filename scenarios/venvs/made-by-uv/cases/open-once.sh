uv venv -q --no-managed-python --system-site-packages -p "$PYTHON" last
