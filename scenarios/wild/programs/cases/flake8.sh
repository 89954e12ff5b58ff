flake8 --version
flake8 --help
