name="$PREFIX/bin/../bin/python$XY"
