name=python9.9
