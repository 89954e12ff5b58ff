$PYTHON -m ensurepip --help | head -n 3
