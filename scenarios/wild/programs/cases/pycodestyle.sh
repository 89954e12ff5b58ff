pycodestyle --version
pycodestyle --help
