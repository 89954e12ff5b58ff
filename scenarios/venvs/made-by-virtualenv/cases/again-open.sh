virtualenv -q --no-seed --no-periodic-update --system-site-packages -p "$PYTHON" last
virtualenv -q --no-seed --no-periodic-update --system-site-packages --clear -p "$PYTHON" last
