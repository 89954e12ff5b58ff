virtualenv -q --no-seed --no-periodic-update --symlinks --system-site-packages -p "$PYTHON" last
