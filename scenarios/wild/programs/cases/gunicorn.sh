gunicorn --version
gunicorn --help
