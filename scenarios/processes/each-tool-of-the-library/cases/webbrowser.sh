$PYTHON -m webbrowser 2>&1 | head -n 2
