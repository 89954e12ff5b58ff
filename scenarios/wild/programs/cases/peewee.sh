pwiz --help
pwmigrate --help
