pyupgrade --help
