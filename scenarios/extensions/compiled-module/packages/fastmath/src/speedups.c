#include <Python.h>

static PyObject *twice(PyObject *self, PyObject *args)
{
    long number;
    if (!PyArg_ParseTuple(args, "l", &number))
        return NULL;
    return Py_BuildValue("l", 2 * number);
}

static PyMethodDef methods[] = {{"twice", twice, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

#if PY_MAJOR_VERSION >= 3
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_speedups", NULL, -1, methods};

PyMODINIT_FUNC PyInit__speedups(void)
{
    return PyModule_Create(&module);
}
#else
PyMODINIT_FUNC init_speedups(void)
{
    Py_InitModule("_speedups", methods);
}
#endif
