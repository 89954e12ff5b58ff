watchmedo --version
watchmedo --help
