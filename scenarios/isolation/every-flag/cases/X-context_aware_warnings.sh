flags='-X context_aware_warnings=1'
