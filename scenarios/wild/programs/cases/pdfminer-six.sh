dumppdf.py --version
dumppdf.py --help
pdf2txt.py --version
pdf2txt.py --help
