futurize --version
futurize --help
pasteurize --version
pasteurize --help
