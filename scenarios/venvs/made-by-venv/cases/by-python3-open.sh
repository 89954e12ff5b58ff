python3 -m venv --without-pip --system-site-packages last
