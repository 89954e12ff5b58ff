flags='-X utf8=0'
