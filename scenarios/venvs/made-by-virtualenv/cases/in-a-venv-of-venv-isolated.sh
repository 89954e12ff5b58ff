"$PYTHON" -m venv --without-pip v1
virtualenv -q --no-seed --no-periodic-update -p v1/bin/python last
