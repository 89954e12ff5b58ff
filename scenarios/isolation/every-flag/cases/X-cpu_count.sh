flags='-X cpu_count=3'
