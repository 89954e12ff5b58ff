export PYTHON_HISTORY="$PWD/history"
