uv venv -q --no-managed-python --system-site-packages -p $XY last
