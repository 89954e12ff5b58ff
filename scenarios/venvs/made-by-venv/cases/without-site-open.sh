"$PYTHON" -S -m venv --without-pip --system-site-packages last
