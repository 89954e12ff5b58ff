import sys

print(sys.flags)
print(sys.warnoptions)
print(getattr(sys, "_xoptions", None))
print(getattr(sys, "orig_argv", [])[1:])
