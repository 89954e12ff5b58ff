flags='-?'
