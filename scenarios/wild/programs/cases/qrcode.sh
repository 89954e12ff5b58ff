qr --version
qr --help
