jupyter --version
jupyter --help
jupyter-migrate --version
jupyter-migrate --help
jupyter-troubleshoot --version
jupyter-troubleshoot --help
