uv venv -q --no-managed-python --system-site-packages -p python$XY last
