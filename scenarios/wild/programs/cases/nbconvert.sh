jupyter-dejavu --version
jupyter-dejavu --help
jupyter-nbconvert --version
jupyter-nbconvert --help
