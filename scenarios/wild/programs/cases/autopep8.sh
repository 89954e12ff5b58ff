autopep8 --version
autopep8 --help
