mkdir a; cp target.py a/__main__.py; $PYTHON -m zipapp a -o a.pyz -p "$PYTHON"; ./a.pyz; head -n 1 a.pyz | cat -v | cut -c 1-200 | head -n 1
