watchfiles --version
watchfiles --help
