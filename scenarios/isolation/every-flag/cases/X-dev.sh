flags='-X dev'
