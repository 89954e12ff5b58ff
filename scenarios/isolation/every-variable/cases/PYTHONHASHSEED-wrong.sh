export PYTHONHASHSEED=seven
