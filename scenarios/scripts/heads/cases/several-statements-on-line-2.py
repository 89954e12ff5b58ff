#!python
import os; import sys; import lantern; print((lantern.LIGHT, os.sep))
