black --version
black --help
