$PYTHON -m pyclbr greeter
