virtualenv -q --no-seed --no-periodic-update -p "$PYTHON" last
virtualenv -q --no-seed --no-periodic-update --clear -p "$PYTHON" last
