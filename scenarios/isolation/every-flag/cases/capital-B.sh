flags='-B'
