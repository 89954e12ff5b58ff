flags='-d'
