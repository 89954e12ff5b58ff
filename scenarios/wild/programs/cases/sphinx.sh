sphinx-apidoc --version
sphinx-apidoc --help
sphinx-autogen --version
sphinx-autogen --help
sphinx-build --version
sphinx-build --help
sphinx-quickstart --version
sphinx-quickstart --help
