natsort --version
natsort --help
