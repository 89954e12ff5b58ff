"$PYTHON" -m venv --without-pip last
"$PYTHON" -m venv --without-pip --system-site-packages --clear last
