env -i "$PYTHON" -m venv --without-pip --system-site-packages last
