tabulate --help
