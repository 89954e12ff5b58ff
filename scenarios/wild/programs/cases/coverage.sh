coverage --version
coverage --help
coverage3 --version
coverage3 --help
