$PYTHON -m sysconfig | sed -n "1,/^Variables/p"
