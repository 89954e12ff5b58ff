flags='-X faulthandler'
