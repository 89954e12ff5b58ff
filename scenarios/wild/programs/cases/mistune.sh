mistune --version
mistune --help
