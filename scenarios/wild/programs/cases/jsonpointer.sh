jsonpointer --version
jsonpointer --help
