"$PYTHON" -m venv --without-pip --prompt "a b" last
