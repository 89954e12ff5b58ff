$PYTHON -m platform | sed s/.*Python/Python/ | wc -l
