jupyter-kernel --version
jupyter-kernel --help
jupyter-kernelspec --version
jupyter-kernelspec --help
jupyter-run --version
jupyter-run --help
