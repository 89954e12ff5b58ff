flags='-x'
