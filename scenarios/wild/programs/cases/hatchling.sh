hatchling --help
