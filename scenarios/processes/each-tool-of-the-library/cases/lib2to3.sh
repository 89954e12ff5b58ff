$PYTHON -m lib2to3 --help | head -n 1
