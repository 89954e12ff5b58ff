jupyter-server --version
jupyter-server --help
