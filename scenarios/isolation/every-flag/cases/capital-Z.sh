flags='-Z'
