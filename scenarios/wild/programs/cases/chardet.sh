chardetect --version
chardetect --help
