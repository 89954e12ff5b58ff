flags='-b'
