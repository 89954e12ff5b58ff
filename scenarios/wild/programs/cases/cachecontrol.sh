doesitcache --help
