yamllint --version
yamllint --help
