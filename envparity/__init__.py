"""envparity: does a Python environment still behave like Python?"""

__version__ = "0.1.0"
