inv --version
inv --help
invoke --version
invoke --help
