import sys

with open("/proc/self/cmdline") as line:
    print(line.read().split("\0"))
print(getattr(sys, "orig_argv", "not told"))
