nltk --version
nltk --help
