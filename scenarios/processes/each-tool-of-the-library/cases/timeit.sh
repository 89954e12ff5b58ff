$PYTHON -m timeit -n 1 -r 1 "import greeter" | wc -l
