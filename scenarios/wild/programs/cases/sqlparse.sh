sqlformat --version
sqlformat --help
