$PYTHON -m gzip target.py && ls
