flags='-OO'
