from distutils.core import Extension, setup

setup(name="answer", ext_modules=[Extension("answer", ["answer.c"])])
