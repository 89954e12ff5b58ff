"$PYTHON" -m venv --without-pip --symlinks last
