pyaml --help
