jsonpath_ng --help
