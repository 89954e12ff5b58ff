virtualenv -q --no-seed --no-periodic-update -p python$XY last
