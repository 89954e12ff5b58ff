python$XY -m venv --without-pip last
