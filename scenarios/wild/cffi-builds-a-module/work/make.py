from cffi import FFI

ffi = FFI()
ffi.cdef("int answer(int);")
ffi.set_source("_answer", "int answer(int x) { return 21 * x; }")
ffi.compile()
