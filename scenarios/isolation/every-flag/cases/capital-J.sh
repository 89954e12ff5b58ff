flags='-J'
