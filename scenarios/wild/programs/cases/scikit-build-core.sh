scikit-build --help
scikit-build-core --help
