mailmail --version
pyhtmlizer --version
pyhtmlizer --help
