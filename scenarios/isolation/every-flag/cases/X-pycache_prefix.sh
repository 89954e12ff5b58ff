flags='-X pycache_prefix=cache'
