$PYTHON -m pdb -c continue -c quit "$BIN/greet" three < /dev/null
