jsondiff --version
jsondiff --help
jsonpatch --version
jsonpatch --help
