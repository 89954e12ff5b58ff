virtualenv -q --no-seed --no-periodic-update --copies -p "$PYTHON" last
