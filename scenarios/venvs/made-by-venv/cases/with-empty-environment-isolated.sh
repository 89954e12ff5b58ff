env -i "$PYTHON" -m venv --without-pip last
