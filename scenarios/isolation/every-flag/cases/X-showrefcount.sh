flags='-X showrefcount'
