ftfy --help
