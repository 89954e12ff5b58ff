vba_extract.py --version
vba_extract.py --help
