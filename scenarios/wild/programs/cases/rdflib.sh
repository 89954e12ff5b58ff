rdfgraphisomorphism --help
rdfpipe --version
rdfpipe --help
sparqlquery --help
