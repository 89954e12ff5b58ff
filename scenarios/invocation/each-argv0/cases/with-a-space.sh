name='python3 server'
