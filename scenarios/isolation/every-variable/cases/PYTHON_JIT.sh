export PYTHON_JIT=0
