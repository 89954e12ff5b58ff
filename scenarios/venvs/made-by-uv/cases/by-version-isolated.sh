uv venv -q --no-managed-python -p $XY last
