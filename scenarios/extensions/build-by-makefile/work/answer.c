#include <Python.h>

#if PY_MAJOR_VERSION >= 3
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "answer", NULL, -1, NULL};

PyMODINIT_FUNC PyInit_answer(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyModule_AddIntConstant(module, "NUMBER", 42);
    return module;
}
#else
PyMODINIT_FUNC initanswer(void)
{
    PyModule_AddIntConstant(Py_InitModule("answer", NULL), "NUMBER", 42);
}
#endif
