pyrsa-decrypt --help
pyrsa-encrypt --help
pyrsa-keygen --help
pyrsa-priv2pub --help
pyrsa-sign --help
pyrsa-verify --help
