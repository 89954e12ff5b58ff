virtualenv -q --no-seed --no-periodic-update --symlinks -p "$PYTHON" v1
virtualenv -q --no-seed --no-periodic-update --symlinks -p v1/bin/python last
