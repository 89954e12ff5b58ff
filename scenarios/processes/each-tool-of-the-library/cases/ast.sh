$PYTHON -m ast target.py
