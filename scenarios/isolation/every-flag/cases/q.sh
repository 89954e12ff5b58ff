flags='-q'
