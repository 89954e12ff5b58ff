dmypy --version
dmypy --help
mypy --version
mypy --help
stubgen --version
stubgen --help
stubtest --version
stubtest --help
