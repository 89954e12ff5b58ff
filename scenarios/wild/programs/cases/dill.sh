get_gprof --version
get_gprof --help
