virtualenv -q --no-seed --no-periodic-update --copies --system-site-packages -p "$PYTHON" v1
virtualenv -q --no-seed --no-periodic-update --copies --system-site-packages -p v1/bin/python v2
virtualenv -q --no-seed --no-periodic-update --copies --system-site-packages -p v2/bin/python last
