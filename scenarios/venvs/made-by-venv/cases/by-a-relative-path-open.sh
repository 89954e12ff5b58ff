(cd "$PREFIX" && bin/python$XY -m venv --without-pip --system-site-packages "$OLDPWD/last")
