jupyter-trust --version
jupyter-trust --help
