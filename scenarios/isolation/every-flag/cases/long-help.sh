flags='--help'
