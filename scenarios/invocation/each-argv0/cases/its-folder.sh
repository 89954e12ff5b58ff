name="$PREFIX/bin"
