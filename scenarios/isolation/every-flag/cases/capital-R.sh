flags='-R'
