flags='-t'
