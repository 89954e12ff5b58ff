flags='-X perf'
