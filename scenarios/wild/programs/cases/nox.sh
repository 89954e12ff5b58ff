nox --version
nox --help
