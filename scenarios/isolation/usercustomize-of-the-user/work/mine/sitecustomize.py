import sys

sys.stdout.write("sitecustomize\n")
