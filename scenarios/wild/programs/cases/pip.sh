pip --version
pip --help
pip3 --version
pip3 --help
