flags='-X utf8=2'
