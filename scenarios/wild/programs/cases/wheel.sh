wheel --help
