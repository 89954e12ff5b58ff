xmlschema-json2xml --help
xmlschema-validate --help
xmlschema-xml2json --help
