import os
import pkgutil


def main():
    beside = os.path.dirname(os.path.dirname(__file__))
    for _, name, is_package in sorted(pkgutil.iter_modules([beside]), key=lambda one: one[1]):
        if name.startswith("host_"):
            print("%s %s" % (name, __import__(name).COLOUR))
