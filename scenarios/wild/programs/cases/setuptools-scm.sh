setuptools-scm --help
