mkdir a; cp target.py a/__main__.py; $PYTHON -m zipapp -c a -o a.pyz; $PYTHON a.pyz; $PYTHON -m zipapp --info a.pyz
