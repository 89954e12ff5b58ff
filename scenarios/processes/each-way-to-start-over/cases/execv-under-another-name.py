import os
import runpy
import subprocess
import sys


def tell():
    print(sys.executable, sys.prefix, __file__)
    print(os.path.basename(sys.argv[0]), sys.argv[1:], sys.flags.ignore_environment)
    sys.stdout.flush()


def main():
    tell()
    if sys.argv[-1:] == ["again"]:
        return
    assert runpy and subprocess
    # A Python that does not know its own path looks for a library where it stands, too.
    program = os.path.abspath(sys.argv[0])
    os.chdir(os.environ["HOME"])
    os.execv(sys.executable, ["python-by-another-name", program] + sys.argv[1:] + ["again"])


if __name__ == "__main__":
    main()
