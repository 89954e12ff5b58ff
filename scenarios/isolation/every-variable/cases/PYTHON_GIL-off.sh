export PYTHON_GIL=0
