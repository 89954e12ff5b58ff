cookiecutter --version
cookiecutter --help
