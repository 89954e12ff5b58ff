printf "c\nq\n" | $PYTHON -m pdb -m greeter two
