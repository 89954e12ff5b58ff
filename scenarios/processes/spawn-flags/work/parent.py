import multiprocessing
import sys


def describe():
    flags = [name for name in ("ignore_environment", "no_user_site", "dont_write_bytecode")]
    return {name: getattr(sys.flags, name) for name in flags}, sorted(sys._xoptions), sys.path


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(describe) == describe())
    print(describe()[:2])
