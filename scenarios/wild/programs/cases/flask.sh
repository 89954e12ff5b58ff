flask --version
flask --help
