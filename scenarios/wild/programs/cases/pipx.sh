pipx --version
pipx --help
