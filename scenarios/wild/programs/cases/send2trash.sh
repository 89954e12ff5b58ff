send2trash --help
