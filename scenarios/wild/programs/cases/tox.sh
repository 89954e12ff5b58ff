tox --version
tox --help
