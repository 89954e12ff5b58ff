yapf --version
yapf --help
yapf-diff --help
