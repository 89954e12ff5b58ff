markdown_py --version
markdown_py --help
