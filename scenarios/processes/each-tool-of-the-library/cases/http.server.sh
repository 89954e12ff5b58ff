$PYTHON -m http.server --help | head -n 2
