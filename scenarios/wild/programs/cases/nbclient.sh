jupyter-execute --version
jupyter-execute --help
