cp target.py other.py; $PYTHON -m py_compile other.py; ls __pycache__ | sed s/[0-9]//g
