flags='-O'
