$PYTHON -m venv --help | head -n 3
