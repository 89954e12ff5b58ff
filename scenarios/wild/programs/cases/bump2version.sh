bump2version --help
bumpversion --help
