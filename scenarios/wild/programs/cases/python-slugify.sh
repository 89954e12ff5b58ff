slugify --help
