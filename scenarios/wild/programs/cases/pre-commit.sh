pre-commit --version
pre-commit --help
