flags='-S'
