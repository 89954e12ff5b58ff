import os
import shutil
import sys


def main():
    shutil.copytree(os.path.join(os.path.dirname(__file__), "template"), sys.argv[1])
