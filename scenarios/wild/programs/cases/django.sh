django-admin --version
django-admin --help
