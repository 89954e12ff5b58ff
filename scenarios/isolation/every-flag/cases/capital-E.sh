flags='-E'
