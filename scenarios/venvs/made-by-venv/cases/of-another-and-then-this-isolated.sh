"$PYTHON" -m venv --without-pip v1
v1/bin/python -m venv --without-pip last
rm -r v1
