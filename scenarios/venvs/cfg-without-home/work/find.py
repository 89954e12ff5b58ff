import importlib.util

print(importlib.util.find_spec("lantern") is not None)
