markdown-it --version
markdown-it --help
