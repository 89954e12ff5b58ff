flags='-i'
