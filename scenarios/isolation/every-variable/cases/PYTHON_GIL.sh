export PYTHON_GIL=1
