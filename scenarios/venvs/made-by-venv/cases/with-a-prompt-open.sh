"$PYTHON" -m venv --without-pip --system-site-packages --prompt "a b" last
