import multiprocessing
import os
import sys


def where(number):
    return number, sys.executable, sys.prefix, os.path.basename(sys.argv[0])


def tell(queue):
    queue.put((where(0), tuple(sys.flags), __name__))


def fail():
    sys.exit(7)


def again(method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        print(pool.map(where, [2]))
        sys.stdout.flush()


def main():
    child = multiprocessing.get_context("spawn").Process(target=fail)
    child.start()
    child.join()
    print(child.exitcode)


if __name__ == "__main__":
    main()
