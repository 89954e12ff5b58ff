jsonschema --version
jsonschema --help
