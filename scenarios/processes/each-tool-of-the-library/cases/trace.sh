$PYTHON -m trace --listfuncs "$BIN/greet" one | grep greeter
