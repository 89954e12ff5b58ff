incremental --help
