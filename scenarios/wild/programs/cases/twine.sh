twine --version
twine --help
