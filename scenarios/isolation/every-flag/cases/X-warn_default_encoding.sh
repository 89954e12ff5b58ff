flags='-X warn_default_encoding'
