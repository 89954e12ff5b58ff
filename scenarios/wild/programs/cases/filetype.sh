filetype --version
filetype --help
