flags='-X tlbc=0'
