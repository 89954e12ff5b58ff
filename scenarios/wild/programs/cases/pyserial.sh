pyserial-miniterm --help
pyserial-ports --help
