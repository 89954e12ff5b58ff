#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "answer", NULL, -1, NULL};

PyMODINIT_FUNC PyInit_answer(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyModule_AddIntConstant(module, "NUMBER", 42);
    return module;
}
