"$PYTHON" -m venv --without-pip --symlinks v1
v1/bin/python -m venv --without-pip --symlinks v2
v2/bin/python -m venv --without-pip --symlinks last
