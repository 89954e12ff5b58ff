export PYTHONPATH="$PWD/one::/no/such/place"
