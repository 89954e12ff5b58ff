flags='-X tracemalloc'
