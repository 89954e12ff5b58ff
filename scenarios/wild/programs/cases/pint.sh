pint-convert --help
