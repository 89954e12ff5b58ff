$PYTHON -m pydoc greeter.main
