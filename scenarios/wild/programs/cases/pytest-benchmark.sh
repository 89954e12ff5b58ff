py.test-benchmark --help
pytest-benchmark --help
