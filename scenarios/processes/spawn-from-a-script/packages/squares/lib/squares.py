import multiprocessing
import sys


def square(number):
    return number * number, sys.executable, sys.prefix


def main():
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(1) as pool:
        print(pool.map(square, [7]))
    print("once")
