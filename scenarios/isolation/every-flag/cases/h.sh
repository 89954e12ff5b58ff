flags='-h'
