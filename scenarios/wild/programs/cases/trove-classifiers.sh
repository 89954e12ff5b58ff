trove-classifiers --version
trove-classifiers --help
