http --version
http --help
httpie --version
httpie --help
https --version
https --help
