"$PYTHON" -m venv --without-pip --symlinks --system-site-packages v1
v1/bin/python -m venv --without-pip --symlinks --system-site-packages v2
v2/bin/python -m venv --without-pip --symlinks --system-site-packages last
