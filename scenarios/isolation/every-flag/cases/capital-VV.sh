flags='-VV'
