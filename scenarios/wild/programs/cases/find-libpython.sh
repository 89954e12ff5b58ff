find_libpython --version
find_libpython --help
