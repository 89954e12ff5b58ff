mkdir -p mine; export PYTHONUSERBASE="$PWD/mine" PYTHONNOUSERSITE=1
