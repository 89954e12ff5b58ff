wsdump --help
