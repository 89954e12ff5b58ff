cygdb --help
cython --version
cython --help
cythonize --help
