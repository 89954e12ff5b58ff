pypdfium2 --version
pypdfium2 --help
