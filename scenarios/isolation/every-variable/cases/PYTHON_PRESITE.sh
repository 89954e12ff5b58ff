export PYTHON_PRESITE=facts
