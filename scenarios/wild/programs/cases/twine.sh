twine --version
