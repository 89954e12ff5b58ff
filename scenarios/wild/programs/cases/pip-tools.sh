pip-compile --version
pip-compile --help
pip-sync --version
pip-sync --help
