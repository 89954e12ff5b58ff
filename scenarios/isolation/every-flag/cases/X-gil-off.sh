flags='-X gil=0'
