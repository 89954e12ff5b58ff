flags='-Wignore::DeprecationWarning'
