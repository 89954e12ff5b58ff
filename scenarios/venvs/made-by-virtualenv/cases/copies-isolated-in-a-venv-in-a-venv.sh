virtualenv -q --no-seed --no-periodic-update --copies -p "$PYTHON" v1
virtualenv -q --no-seed --no-periodic-update --copies -p v1/bin/python v2
virtualenv -q --no-seed --no-periodic-update --copies -p v2/bin/python last
