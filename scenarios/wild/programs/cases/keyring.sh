keyring --help
