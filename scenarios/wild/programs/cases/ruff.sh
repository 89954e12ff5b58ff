ruff --version
ruff --help
