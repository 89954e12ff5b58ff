cpuinfo --version
cpuinfo --help
