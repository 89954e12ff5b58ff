flags='--help-env'
