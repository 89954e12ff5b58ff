$PYTHON -m doctest -v target.py
