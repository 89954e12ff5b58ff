flags='--version'
