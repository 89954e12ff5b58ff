"$PYTHON" -m venv --without-pip --copies --system-site-packages last
