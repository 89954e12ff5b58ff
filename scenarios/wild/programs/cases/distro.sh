distro --help
