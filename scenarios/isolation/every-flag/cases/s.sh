flags='-s'
