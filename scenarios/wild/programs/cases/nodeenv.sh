nodeenv --version
nodeenv --help
