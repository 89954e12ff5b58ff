import ctypes
import os
import sysconfig

path = os.path.join(sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME"))
print(path)
library = ctypes.PyDLL(path)
print(library.Py_IsInitialized())
