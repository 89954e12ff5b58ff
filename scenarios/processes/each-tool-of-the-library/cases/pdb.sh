printf "b greeter.main\nc\nargs\nw\nq\n" | $PYTHON -m pdb "$BIN/greet" one
