pybind11-config --version
pybind11-config --help
