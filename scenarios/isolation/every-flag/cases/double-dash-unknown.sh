flags='--no-such-flag'
