# coding: utf-8
import sys

WORD = u"grüß Gott"


def greet():
    return "%d letters in %s" % (len(WORD), sys.getfilesystemencoding())


def main():
    print(greet())
