activate-global-python-argcomplete --help
register-python-argcomplete --help
