with open("/proc/self/comm") as name:
    print(name.read().strip())
