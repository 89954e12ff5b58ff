cp target.py other.py; $PYTHON -m compileall other.py; ls __pycache__ | sed s/[0-9]//g
