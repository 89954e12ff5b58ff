pygmentize --help
