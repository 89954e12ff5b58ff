vulture --version
vulture --help
