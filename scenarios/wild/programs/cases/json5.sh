pyjson5 --version
pyjson5 --help
