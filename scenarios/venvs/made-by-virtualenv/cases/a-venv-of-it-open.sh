virtualenv -q --no-seed --no-periodic-update --system-site-packages -p "$PYTHON" v1
v1/bin/python -m venv --without-pip --system-site-packages last
