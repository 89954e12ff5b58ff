flit --version
flit --help
