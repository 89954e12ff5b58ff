flags='--help-all'
