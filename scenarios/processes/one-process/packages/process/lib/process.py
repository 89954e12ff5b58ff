import os


def main():
    with open("process") as file:
        print("the same process: %s" % (int(file.read()) == os.getpid()))
    print("children: %r" % open("/proc/self/task/%d/children" % os.getpid()).read())
