export PYTHONUSERBASE="$PWD/mine"; mkdir -p "$($PYTHON -m site --user-site)"
