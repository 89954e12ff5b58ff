/* bin/pythonX.Y of an environment: a Python whose fallback prefix is the environment.
 *
 * CPython finds its prefix from argv[0] (Modules/getpath.c up to 3.10, Modules/getpath.py from
 * 3.11 on): a bare name is looked up on PATH, pyvenv.cfg is honoured, links of the executable
 * are followed, and the landmark lib/pythonX.Y/os.py is searched upwards. All of that works for
 * an environment as it does for an installation. Where it finds nothing, CPython takes the
 * prefix it was compiled with: the base's, and the one thing to correct. So this program makes
 * the same search, and where that ends in nothing or in the base, names the environment.
 *
 * LINKED: this program is a Python, linked with the base's libpython, and argv stays as it is.
 * Otherwise the base is a static program: it is executed, with the environment's own path in
 * argv[0] where the caller's would not lead to the environment. No variable is set, no
 * descriptor or signal touched. ENVIRONMENT is patched into the compiled program. */

#ifdef LINKED
#include <Python.h>
#endif
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile const char environment[PATH_MAX + 32] = "@ENVIRONMENT@";

static int is_file(const char *path, int executable)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (!executable || (st.st_mode & 0111));
}

static int join(char *out, const char *folder, const char *name)
{
    size_t n = *name == '/' ? 0 : strlen(folder);
    const char *slash = n && folder[n - 1] != '/' ? "/" : "";
    return snprintf(out, PATH_MAX, "%.*s%s%s", (int)n, folder, slash, name) < PATH_MAX;
}

/* As getpath does: the text up to the last slash, and '' when there is none. */
static void to_parent(char *path)
{
    char *slash = strrchr(path, '/');
    *(slash ? slash : path) = 0;
}

static void make_absolute(char *path)
{
    char relative[PATH_MAX], here[PATH_MAX];
    if (*path != '/' && getcwd(here, sizeof here))
        join(path, here, strcpy(relative, path));
}

/* getpath.py, not its predecessor, normalises absolute paths, as text. */
static char *normalise(char *path)
{
    char *in = path, *out = path;
    while (VERSION >= 0x030B && *in == '/') {
        size_t n = strcspn(++in, "/");
        if (n == 2 && in[0] == '.' && in[1] == '.') {
            while (out > path && *--out != '/')
                ;
        } else if (n && !(n == 1 && *in == '.')) {
            *out++ = '/';
            memmove(out, in, n);
            out += n;
        }
        in += n;
    }
    if (in > path)
        *out = 0;
    return path;
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
            make_absolute(strcpy(out, name));
        normalise(out);
        return;
    }
    while (path && (VERSION < 0x030B || *getenv("PATH"))) {
        size_t n = strcspn(path, ":");
        char folder[PATH_MAX];
        snprintf(folder, sizeof folder, "%.*s", (int)n, path);
        if (n < PATH_MAX && join(out, folder, name) && is_file(out, 1)) {
            if (VERSION < 0x030B)
                make_absolute(out);
            normalise(out);
            return;
        }
        *out = 0;
        path = path[n] ? path + n + 1 : NULL;
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
        normalise(strcpy(path, joined));
    }
}

/* The value of `home` in folder/pyvenv.cfg (PEP 405), if there is one. */
static int read_home(const char *folder, char *home)
{
    char path[PATH_MAX], line[PATH_MAX + 64];
    FILE *file = join(path, folder, "pyvenv.cfg") ? fopen(path, "re") : NULL;
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file))
        found = sscanf(line, " home = %4095[^\r\n]", home) == 1;
    if (file)
        fclose(file);
    return found;
}

/* Where does CPython's search for the prefix end? '' for nowhere. */
static void find_prefix(const char *name, char *executable, char *folder)
{
    char above[PATH_MAX], home[PATH_MAX], path[PATH_MAX];
    const char *said = VERSION >= 0x030B ? getenv("PYTHONEXECUTABLE") : NULL;

    find_executable(name, executable);
    strcpy(folder, said && *said && strlen(said) < PATH_MAX ? said : executable);
    if (VERSION < 0x030B)
        follow_links(folder);
    if (*folder)
        to_parent(folder);
    else
        make_absolute(folder);
    to_parent(strcpy(above, folder));
    if (VERSION >= 0x0300 && (read_home(above, home) || read_home(folder, home))) {
        strcpy(folder, home);
    } else if (VERSION >= 0x030B && *executable && !(said && *said)) {
        follow_links(strcpy(folder, executable));
        to_parent(folder);
    }
    if (VERSION < 0x030B)
        make_absolute(folder);
    for (; *folder; to_parent(folder))
        if ((join(path, folder, STDLIB "/os.py") && is_file(path, 0))
            || (join(path, folder, STDLIB "/os.pyc") && is_file(path, 0))
            || (VERSION >= 0x030B && join(path, folder, ZIP) && is_file(path, 0)))
            return;
}

/* Does the search end in nothing, or in the base? Where it does because the caller named the
 * base's own program, *own is what the same program is called in the environment. */
static int is_lost(const char *name, char **own)
{
    static char path[2 * PATH_MAX];
    char executable[PATH_MAX], found[PATH_MAX];
    struct stat here, base;
    find_prefix(name, executable, found);
    if (*found && (stat(found, &here) || stat(BASE_PREFIX, &base) || here.st_dev != base.st_dev
                   || here.st_ino != base.st_ino))
        return 0;
    if (strncmp(executable, BASE_PREFIX "/bin/", sizeof BASE_PREFIX "/bin/" - 1) == 0) {
        strcat(strcpy(path, (const char *)environment), executable + sizeof BASE_PREFIX - 1);
        if (is_file(path, 1))
            *own = path;
    }
    return 1;
}

#ifndef LINKED

int main(int argc, char **argv)
{
    static char path[PATH_MAX + 64];
    char *own = path, *none[] = {path, NULL};
    snprintf(path, sizeof path, "%s/%s", (const char *)environment, PROGRAM);
    if (argc && is_lost(argv[0], &own))
        argv[0] = own;
    execv(BASE_EXECUTABLE, argc ? argv : none);
    fprintf(stderr, "%s: cannot start %s, the interpreter of this environment: %s\n",
            argc ? argv[0] : path, BASE_EXECUTABLE, strerror(errno));
    return errno == ENOENT || errno == ENOTDIR ? 127 : 126;
}

#elif VERSION >= 0x030B

/* The configuration's prefix stands where the compiled-in one does: PYTHONHOME wins over it,
 * and it has no effect on sys.executable. */
int main(int argc, char **argv)
{
    const char *prefix = (const char *)environment;
    char *own = NULL;
    PyConfig config;
    PyStatus status;
    if (!is_lost(argc ? argv[0] : "", &own) || own) {
        if (own)
            argv[0] = own;
        return Py_BytesMain(argc, argv);
    }
    PyConfig_InitPythonConfig(&config);
    if (PyStatus_Exception(status = PyConfig_SetBytesArgv(&config, argc, argv))
        || PyStatus_Exception(status = PyConfig_SetBytesString(&config, &config.prefix, prefix))
        || PyStatus_Exception(
            status = PyConfig_SetBytesString(&config, &config.exec_prefix, prefix))
        || PyStatus_Exception(status = Py_InitializeFromConfig(&config)))
        Py_ExitStatusException(status); /* --help ends here, too */
    PyConfig_Clear(&config);
    return Py_RunMain();
}

#else /* 2.7 to 3.10 have Py_SetPythonHome, which would win over PYTHONHOME. */
#if VERSION < 0x0300
#define run Py_Main
#define decode(text) ((char *)(text))
#else
static wchar_t *decode(const char *text)
{
    wchar_t *wide;
    setlocale(LC_CTYPE, "");
    wide = Py_DecodeLocale(text, NULL);
    setlocale(LC_CTYPE, "C");
    return wide;
}

static int run(int argc, char **argv)
{
#if VERSION >= 0x0308
    return Py_BytesMain(argc, argv);
#elif VERSION == 0x0307
    int _Py_UnixMain(int, char **);
    return _Py_UnixMain(argc, argv);
#else
    wchar_t **wide = calloc(argc + 1, sizeof *wide);
    int i;
    for (i = 0; i < argc; i++)
        if (!(wide[i] = decode(argv[i]))) {
            fprintf(stderr, "Fatal Python error: unable to decode the command line argument #%i\n",
                    i + 1);
            return 1;
        }
    return Py_Main(argc, wide);
#endif
}
#endif

int main(int argc, char **argv)
{
    char *own = NULL, *home = getenv("PYTHONHOME"), path[PATH_MAX + 64];
    if (is_lost(argc ? argv[0] : "", &own)) {
        if (own || (home && *home)) { /* with -E it is not read: name the environment anyway */
            snprintf(path, sizeof path, "%s/%s", (const char *)environment, PROGRAM);
            argv[0] = own ? own : path;
        } else
            Py_SetPythonHome(decode((const char *)environment));
    }
    return run(argc, argv);
}

#endif
