email_validator --version
email_validator --help
