"$PYTHON" -m venv --without-pip --symlinks --system-site-packages last
