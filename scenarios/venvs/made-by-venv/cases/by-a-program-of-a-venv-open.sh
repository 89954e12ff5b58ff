"$PYTHON" -m venv --without-pip --system-site-packages v1
v1/bin/python "$BIN/make-a-venv" last --system-site-packages
