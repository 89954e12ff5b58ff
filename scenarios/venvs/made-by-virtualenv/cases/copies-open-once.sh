virtualenv -q --no-seed --no-periodic-update --copies --system-site-packages -p "$PYTHON" last
