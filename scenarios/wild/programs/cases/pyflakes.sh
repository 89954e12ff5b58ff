pyflakes --version
pyflakes --help
