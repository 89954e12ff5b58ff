(cd "$PREFIX" && bin/python$XY -m venv --without-pip "$OLDPWD/last")
