humanfriendly --help
