import ctypes
import os
import sysconfig


def answer():
    lib = os.path.join(sysconfig.get_path("data"), "lib", "libanswer-of-all.so")
    return ctypes.CDLL(lib).answer()
