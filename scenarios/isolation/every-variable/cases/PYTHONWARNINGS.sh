export PYTHONWARNINGS=error,ignore::DeprecationWarning
