$PYTHON -m dis target.py | head -n 1 | wc -l
