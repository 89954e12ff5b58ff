flags='-W error'
