jupyter-console --version
jupyter-console --help
