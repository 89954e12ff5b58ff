ln -s "$PYTHON" mine
./mine -m venv --without-pip --system-site-packages last
