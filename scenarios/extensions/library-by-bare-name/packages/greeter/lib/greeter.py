import ctypes


def answer():
    return ctypes.CDLL("libanswer-of-all.so").answer()
