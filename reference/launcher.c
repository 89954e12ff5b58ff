/* bin/pythonX.Y of an environment: a Python whose fallback prefix is the environment.
 *
 * CPython finds its prefix from argv[0] (Modules/getpath.c up to 3.10, Modules/getpath.py
 * from 3.11 on). A name with a slash is taken as it is, a bare name is looked up on PATH,
 * pyvenv.cfg is honoured, the executable's own links are followed, and the landmark
 * lib/pythonX.Y/os.py is searched upwards. All of that works for an environment as it does
 * for an installation. When it finds nothing, CPython takes the prefix it was compiled
 * with; that is the base's, and the one thing a launcher has to correct. So it makes the
 * same search, and where that ends in nothing or in the base itself, names the environment.
 *
 * LINKED: this program is a Python, linked with the base's libpython. argv stays as it is.
 * Otherwise the base is a static program: it is executed, with the environment's own path
 * in argv[0] where the caller's would not lead to the environment.
 *
 * No variable is set, no descriptor or signal is touched. ENVIRONMENT is patched into the
 * compiled program, so that it is compiled once per interpreter. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(LINKED) && VERSION >= 0x030B
#include <Python.h>
#endif

static volatile const char environment[PATH_MAX + 32] = "@ENVIRONMENT@";

static int is_file(const char *path, int executable)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (!executable || (st.st_mode & 0111));
}

static int join(char *out, const char *folder, const char *name)
{
    const char *slash = *folder && folder[strlen(folder) - 1] != '/' ? "/" : "";
    return snprintf(out, PATH_MAX, "%s%s%s", *name == '/' ? "" : folder,
                    *name == '/' ? "" : slash, name) < PATH_MAX;
}

/* As getpath does: the text up to the last slash, and '' when there is none. */
static void to_parent(char *path)
{
    char *slash = strrchr(path, '/');
    *(slash ? slash : path) = 0;
}

/* getpath.py normalises every path it makes, as text. */
static void normalise(char *path)
{
#if VERSION >= 0x030B
    char *out = path, *in = path, *floor = path + (*path == '/');
    out = floor;
    while (*in) {
        size_t n = strcspn(in, "/");
        if (n == 2 && in[0] == '.' && in[1] == '.' && (out > floor || *path == '/')
            && !(out - floor >= 2 && out[-1] == '.' && out[-2] == '.'
                 && (out - floor == 2 || out[-3] == '/'))) {
            while (out > floor && *--out != '/')
                ;
        } else if (n && !(n == 1 && *in == '.')) {
            if (out > floor)
                *out++ = '/';
            memmove(out, in, n);
            out += n;
        }
        in += n + (in[n] == '/');
    }
    *out = 0;
#else
    (void)path;
#endif
}

static void make_absolute(char *path)
{
    char relative[PATH_MAX], here[PATH_MAX];
    if (*path == '/' || !getcwd(here, sizeof here))
        return;
    strcpy(relative, path);
    join(path, here, relative);
}

/* sys.executable, or '' where CPython would not know it. */
static void find_executable(const char *name, char *out)
{
    const char *path = getenv("PATH");
    *out = 0;
    if (!*name && VERSION != 0x0307)
        name = VERSION < 0x0300 ? "python" : "python3";
    if (strchr(name, '/')) {
        if (strlen(name) < PATH_MAX)
            strcpy(out, name);
        make_absolute(out);
        normalise(out);
        return;
    }
    while (path && (VERSION < 0x030B || *path || path > getenv("PATH"))) {
        size_t n = strcspn(path, ":");
        char folder[PATH_MAX];
        snprintf(folder, sizeof folder, "%.*s", (int)(n < PATH_MAX ? n : 0), path);
        if (n < PATH_MAX && join(out, folder, name) && is_file(out, 1)) {
            if (VERSION < 0x030B)
                make_absolute(out);
            normalise(out);
            return;
        }
        *out = 0;
        if (!path[n])
            return;
        path += n + 1;
    }
}

static void follow_links(char *path)
{
    char target[PATH_MAX], joined[PATH_MAX];
    ssize_t n;
    int limit = 40;
    while (limit-- && (n = readlink(path, target, sizeof target - 1)) != -1) {
        target[n] = 0;
        to_parent(path);
        if (!join(joined, path, target))
            return;
        strcpy(path, joined);
        normalise(path);
    }
}

/* The value of `home` in folder/pyvenv.cfg, if there is one. */
static int read_home(const char *folder, char *home)
{
    char path[PATH_MAX], line[PATH_MAX + 64];
    FILE *file = join(path, folder, "pyvenv.cfg") ? fopen(path, "re") : NULL;
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file)) {
        char *value = strchr(line, '='), *end;
        if (!value)
            continue;
        *value++ = 0;
        if (strcspn(line + strspn(line, " \t"), " \t") != 4
            || strncasecmp(line + strspn(line, " \t"), "home", 4) != 0)
            continue;
        value += strspn(value, " \t");
        for (end = value + strlen(value); end > value && strchr(" \t\r\n", end[-1]); end--)
            ;
        *end = 0;
        if (strlen(value) < PATH_MAX) {
            strcpy(home, value);
            found = 1;
        }
    }
    if (file)
        fclose(file);
    return found;
}

/* Where does CPython's search for the prefix end? '' for nowhere. */
static void find_prefix(const char *name, char *executable, char *folder)
{
    char above[PATH_MAX], home[PATH_MAX], path[PATH_MAX];
    const char *landmarks[] = {STDLIB "/os.py", STDLIB "/os.pyc", ZIP};
    size_t i;

    find_executable(name, executable);
    strcpy(folder, executable);
#if VERSION >= 0x030B
    if (getenv("PYTHONEXECUTABLE") && strlen(getenv("PYTHONEXECUTABLE")) < PATH_MAX)
        strcpy(folder, getenv("PYTHONEXECUTABLE"));
#else
    follow_links(folder);
#endif
    if (*folder)
        to_parent(folder);
    else
        make_absolute(folder);
#if VERSION >= 0x0300
    strcpy(above, folder);
    to_parent(above);
#if VERSION >= 0x030B
    if (read_home(above, home) || read_home(folder, home))
        strcpy(folder, home);
    else if (*executable && !(getenv("PYTHONEXECUTABLE") && *getenv("PYTHONEXECUTABLE"))) {
        strcpy(folder, executable);
        follow_links(folder);
        to_parent(folder);
    }
#else
    if (read_home(folder, home) || read_home(above, home))
        strcpy(folder, home);
    make_absolute(folder);
#endif
#else
    (void)above, (void)home, (void)read_home;
    make_absolute(folder);
#endif
    for (; *folder; to_parent(folder))
        for (i = 0; i < sizeof landmarks / sizeof *landmarks; i++)
            if ((i != 2 || VERSION >= 0x030B) && join(path, folder, landmarks[i])
                && is_file(path, 0))
                return;
}

/* Does the search have to be corrected? Where it ends in the base because the caller named
 * the base's own program, *program is what the same program is called here. */
static int needs_correction(const char *name, char **program)
{
    static char own[2 * PATH_MAX];
    char executable[PATH_MAX], found[PATH_MAX];
    struct stat here, base;
    *program = NULL;
    find_prefix(name, executable, found);
    if (!*found)
        return 1;
    if (stat(found, &here) != 0 || stat(BASE_PREFIX, &base) != 0 || here.st_dev != base.st_dev
        || here.st_ino != base.st_ino)
        return 0;
    if (strncmp(executable, BASE_PREFIX "/bin/", sizeof BASE_PREFIX "/bin/" - 1) == 0) {
        strcpy(own, (const char *)environment);
        strcat(own, executable + sizeof BASE_PREFIX - 1);
        if (is_file(own, 1))
            *program = own;
    }
    return 1;
}

#ifdef LINKED
#if VERSION >= 0x030B

/* The prefix of the configuration stands exactly where the compiled-in one does: after
 * PYTHONHOME, and with no effect on sys.executable or on a venv. */
static int run_corrected(int argc, char **argv, const char *program)
{
    PyPreConfig preconfig;
    PyConfig config;
    PyStatus status;
    PyPreConfig_InitPythonConfig(&preconfig);
    status = Py_PreInitializeFromBytesArgs(&preconfig, argc, argv);
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
    PyConfig_InitPythonConfig(&config);
    status = PyConfig_SetBytesArgv(&config, argc, argv);
    if (!PyStatus_Exception(status))
        status = PyConfig_SetBytesString(&config, &config.prefix, (const char *)environment);
    if (!PyStatus_Exception(status))
        status = PyConfig_SetBytesString(&config, &config.exec_prefix, (const char *)environment);
    if (!PyStatus_Exception(status) && program)
        status = PyConfig_SetBytesString(&config, &config.executable, program);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_IsExit(status))
        return status.exitcode;
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
    return Py_RunMain();
}

int main(int argc, char **argv)
{
    char *program;
    if (needs_correction(argc ? argv[0] : "", &program))
        return run_corrected(argc, argv, program);
    return Py_BytesMain(argc, argv);
}

#else /* 2.7 to 3.10: Py_SetPythonHome, which would win over PYTHONHOME, so look first. */

#include <locale.h>
#include <wchar.h>

static int reads_pythonhome(int argc, char **argv)
{
    const char *home = getenv("PYTHONHOME");
    int i;
    if (!home || !*home)
        return 0;
    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] && strcmp(argv[i], "--"); i++) {
        const char *option = argv[i] + 1;
        if (*option == '-') {
            i += strcmp(argv[i], "--check-hash-based-pycs") == 0;
            continue;
        }
        for (; *option; option++) {
            if (*option == 'E' || (*option == 'I' && VERSION >= 0x0300))
                return 0;
            if (strchr("cm", *option))
                return 1;
            if (strchr(VERSION >= 0x0300 ? "WX" : "WQ", *option)) {
                i += !option[1];
                break;
            }
        }
    }
    return 1;
}

#if VERSION < 0x0300
void Py_SetPythonHome(char *);
int Py_Main(int, char **);
#else
void Py_SetPythonHome(const wchar_t *);
wchar_t *Py_DecodeLocale(const char *, size_t *);
int Py_Main(int, wchar_t **);
int Py_BytesMain(int, char **);
int _Py_UnixMain(int, char **);
#endif

int main(int argc, char **argv)
{
    char *program;
    int correct = needs_correction(argc ? argv[0] : "", &program);
    if (correct && program)
        argv[0] = program; /* the search will end in the environment */
    correct = correct && !program && !reads_pythonhome(argc, argv);
#if VERSION < 0x0300
    if (correct)
        Py_SetPythonHome((char *)environment);
    return Py_Main(argc, argv);
#else
    if (correct) {
        setlocale(LC_CTYPE, "");
        Py_SetPythonHome(Py_DecodeLocale((const char *)environment, NULL));
        setlocale(LC_CTYPE, "C");
    }
#if VERSION >= 0x0308
    return Py_BytesMain(argc, argv);
#elif VERSION == 0x0307
    return _Py_UnixMain(argc, argv);
#else
    /* What Programs/python.c did before 3.7. */
    wchar_t **wide = calloc(argc + 1, sizeof *wide);
    int i;
    setlocale(LC_ALL, "");
    for (i = 0; i < argc; i++)
        if (!(wide[i] = Py_DecodeLocale(argv[i], NULL))) {
            fprintf(stderr, "Fatal Python error: unable to decode the command line argument #%i\n",
                    i + 1);
            return 1;
        }
    setlocale(LC_ALL, "C");
    return Py_Main(argc, wide);
#endif
#endif
}

#endif
#else /* a static base */

int main(int argc, char **argv)
{
    static char own[PATH_MAX + 64];
    char *program, *none[] = {own, NULL};
    snprintf(own, sizeof own, "%s/%s", (const char *)environment, PROGRAM);
    if (argc && needs_correction(argv[0], &program))
        argv[0] = program ? program : own;
    execv(BASE_EXECUTABLE, argc ? argv : none);
    fprintf(stderr, "%s: cannot start %s, the interpreter of this environment: %s\n",
            argc ? argv[0] : own, BASE_EXECUTABLE, strerror(errno));
    return errno == ENOENT || errno == ENOTDIR ? 127 : 126;
}

#endif
