name="$PREFIX/bin/no-such-python"
