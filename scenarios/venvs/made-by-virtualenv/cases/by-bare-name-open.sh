virtualenv -q --no-seed --no-periodic-update --system-site-packages -p python$XY last
