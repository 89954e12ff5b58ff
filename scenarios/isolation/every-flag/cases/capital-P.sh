flags='-P'
