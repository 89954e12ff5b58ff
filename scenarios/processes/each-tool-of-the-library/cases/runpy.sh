$PYTHON -m runpy greeter four
