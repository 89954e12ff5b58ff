ipdb3 --help
