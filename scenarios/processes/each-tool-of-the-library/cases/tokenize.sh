$PYTHON -m tokenize target.py | head -n 3
