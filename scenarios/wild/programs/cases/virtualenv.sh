virtualenv --version
virtualenv --help
