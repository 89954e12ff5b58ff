#include <Python.h>

int main(int count, char **words)
{
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    PyConfig_SetBytesString(&config, &config.executable, words[count - 1]);
    PyConfig_SetBytesString(&config, &config.program_name, words[count - 1]);
    if (PyStatus_Exception(Py_InitializeFromConfig(&config)))
        return 1;
    int failed = PyRun_SimpleString("import sys, greeter; print(sys.prefix); print(greeter.greet())");
    Py_Finalize();
    return failed != 0;
}
