flags='-W default'
