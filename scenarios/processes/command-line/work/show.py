with open("/proc/self/cmdline") as line:
    print(line.read().split("\0"))
