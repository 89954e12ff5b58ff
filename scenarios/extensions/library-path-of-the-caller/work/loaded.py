import re

with open("/proc/self/maps") as lines:
    print("\n".join(sorted(set(re.findall(r" (/.*/libpython.*)", lines.read())))))
