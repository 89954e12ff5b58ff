jp.py --help
