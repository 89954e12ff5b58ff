ln -s "$PYTHON" mine
./mine -m venv --without-pip last
