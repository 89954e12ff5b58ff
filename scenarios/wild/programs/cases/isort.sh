isort --version
isort --help
isort-identify-imports --help
