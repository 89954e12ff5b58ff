celery --version
celery --help
