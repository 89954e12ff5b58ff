doc8 --version
doc8 --help
