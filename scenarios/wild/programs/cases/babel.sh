pybabel --version
pybabel --help
