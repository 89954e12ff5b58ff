export PYTHONEXECUTABLE=/nowhere/python
