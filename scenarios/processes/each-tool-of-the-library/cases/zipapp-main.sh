mkdir a; cp target.py a/app.py; $PYTHON -m zipapp a -o a.pyz -m app:hello; $PYTHON a.pyz
