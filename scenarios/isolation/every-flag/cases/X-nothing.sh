flags='-X'
