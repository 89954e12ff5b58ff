def main():
    with open("/proc/self/environ") as block:
        for variable in sorted(block.read().split("\0")):
            print(variable)
