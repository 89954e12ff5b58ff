"$PYTHON" -I -m venv --without-pip --system-site-packages last
