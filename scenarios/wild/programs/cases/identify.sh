identify-cli --help
