flags='-tt'
