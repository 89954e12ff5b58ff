ipython --version
ipython --help
ipython3 --version
ipython3 --help
