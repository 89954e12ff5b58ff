pyproject-build --version
pyproject-build --help
