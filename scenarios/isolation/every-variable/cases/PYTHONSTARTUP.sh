export PYTHONSTARTUP="$PWD/startup.py"
