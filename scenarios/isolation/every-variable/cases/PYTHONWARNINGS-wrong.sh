export PYTHONWARNINGS=no-such-action
