runxlrd.py --help
