"""Say hello.

>>> import greeter
>>> greeter.main.__name__
'main'
"""

import sys

import greeter


def hello():
    print(greeter.__file__)


if __name__ == "__main__":
    hello()
    print(sys.prefix, len(sys.argv))
