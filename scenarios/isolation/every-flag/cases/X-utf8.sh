flags='-X utf8'
