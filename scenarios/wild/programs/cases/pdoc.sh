pdoc --version
pdoc --help
