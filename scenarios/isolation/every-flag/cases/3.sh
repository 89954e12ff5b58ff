flags='-3'
