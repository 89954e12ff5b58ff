python$XY -m venv --without-pip --system-site-packages last
