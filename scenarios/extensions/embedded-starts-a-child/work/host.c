#include <Python.h>

int main(void)
{
    Py_Initialize();
    int failed = PyRun_SimpleString(
        "import subprocess, sys; print(sys.executable); sys.stdout.flush();"
        "subprocess.check_call([sys.executable, '-c', 'import greeter; print(greeter.greet())'])");
    Py_Finalize();
    return failed != 0;
}
