idna --version
idna --help
