virtualenv -q --no-seed --no-periodic-update --symlinks -p "$PYTHON" last
