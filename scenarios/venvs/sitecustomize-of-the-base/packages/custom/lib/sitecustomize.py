import sys

sys.stdout.write("customized\n")
