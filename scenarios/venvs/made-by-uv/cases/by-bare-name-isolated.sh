uv venv -q --no-managed-python -p python$XY last
