py.test --version
py.test --help
pytest --version
pytest --help
