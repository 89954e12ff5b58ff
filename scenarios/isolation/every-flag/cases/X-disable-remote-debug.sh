flags='-X disable-remote-debug'
