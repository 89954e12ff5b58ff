flags='-I'
