pylint --version
pylint-config --version
pyreverse --version
pyreverse --help
symilar --help
