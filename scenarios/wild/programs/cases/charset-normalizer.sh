normalizer --version
normalizer --help
