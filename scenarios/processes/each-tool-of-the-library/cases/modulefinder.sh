$PYTHON -m modulefinder target.py | grep -e greeter
