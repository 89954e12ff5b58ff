import sys

sys.stdout.write("usercustomize\n")
