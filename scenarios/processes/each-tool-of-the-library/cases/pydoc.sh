$PYTHON -m pydoc greeter
