virtualenv -q --no-seed --no-periodic-update --symlinks --system-site-packages -p "$PYTHON" v1
virtualenv -q --no-seed --no-periodic-update --symlinks --system-site-packages -p v1/bin/python last
