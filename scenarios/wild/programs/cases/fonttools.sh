pyftsubset --help
ttx --version
