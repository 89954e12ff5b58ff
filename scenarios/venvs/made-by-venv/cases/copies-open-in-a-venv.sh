"$PYTHON" -m venv --without-pip --copies --system-site-packages v1
v1/bin/python -m venv --without-pip --copies --system-site-packages last
