progressbar --help
