from fastmath._speedups import twice
