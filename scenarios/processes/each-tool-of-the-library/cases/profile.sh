$PYTHON -m profile "$BIN/greet" one | grep -v -e seconds -e "^ *[0-9]" -e "^$"
