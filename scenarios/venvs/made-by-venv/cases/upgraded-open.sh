"$PYTHON" -m venv --without-pip --system-site-packages last
"$PYTHON" -m venv --without-pip --system-site-packages --upgrade last
