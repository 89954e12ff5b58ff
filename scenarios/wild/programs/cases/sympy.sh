isympy --version
isympy --help
