#include <Python.h>

int main(void)
{
    Py_Initialize();
    int failed = PyRun_SimpleString("import sys, greeter; print(sys.prefix); print(greeter.greet())");
    Py_Finalize();
    return failed != 0;
}
