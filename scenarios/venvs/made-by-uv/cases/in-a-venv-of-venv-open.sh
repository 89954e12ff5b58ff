"$PYTHON" -m venv --without-pip v1
uv venv -q --no-managed-python --system-site-packages -p v1/bin/python last
