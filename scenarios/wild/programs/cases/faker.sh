faker --version
faker --help
