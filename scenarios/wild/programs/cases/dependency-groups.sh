dependency-groups --help
lint-dependency-groups --help
pip-install-dependency-groups --help
