flags='-X gil=1'
