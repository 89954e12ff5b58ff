mkdocs --version
mkdocs --help
