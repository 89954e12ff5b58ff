export PYTHONIOENCODING=no-such-encoding
