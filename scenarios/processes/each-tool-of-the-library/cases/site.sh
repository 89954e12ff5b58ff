$PYTHON -m site | grep -v HOME
