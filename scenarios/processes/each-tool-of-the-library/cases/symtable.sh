$PYTHON -m symtable < target.py | head -n 2
