radon --version
radon --help
