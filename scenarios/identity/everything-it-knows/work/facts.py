"""Print what this interpreter knows of itself: a line `name = value` per fact, sorted.

For CPython 2.7 and 3. Left out is what changes from run to run, and nothing else: addresses,
numbers of processes and pipes, counters, the kernel's version. What a program inherits from its
caller is compared with what `cat` inherited, which is in the folder `given`. Where the standard
library's files really are is told by the scenario real-paths.
"""
import sys

# As it is at start-up: what follows imports half of the standard library.
MODULES = dict((name, module) for name, module in sys.modules.items() if module)
IMPORTERS = dict(sys.path_importer_cache)
with open("/proc/self/maps") as lines:
    MAPS = lines.read()

import warnings

FILTERS = list(warnings.filters)
warnings.simplefilter("ignore")

import ctypes
import hashlib
import io
import os
import pkgutil
import re
import sysconfig
import types

#: Modules that `expressions` needs. No version has all of them, and what it lacks is told, too.
NEEDED = """
    builtins __builtin__ distutils.sysconfig distutils.command.install ensurepip faulthandler gc imp
    importlib.machinery importlib.metadata importlib.util inspect json locale
    multiprocessing.spawn platform pydoc shutil signal site threading tracemalloc zoneinfo
"""


def text(value):
    """repr() without addresses, and in an order that neither hashes nor prefixes decide."""
    if isinstance(value, dict):
        value = value.items()
    elif not isinstance(value, (set, frozenset)):
        return re.sub(" at 0x[0-9a-f]+", "", repr(value))
    return ", ".join(sorted(map(text, value), key=lambda one: one.replace(sys.prefix, "")))


def expressions():
    for name in NEEDED.split():
        try:
            __import__(name)
        except ImportError:
            continue
        globals()[name.split(".")[0]] = sys.modules[name.split(".")[0]]
    with open("expressions") as lines:
        for line in lines.read().splitlines():
            try:
                yield line, eval(line)
            except (AttributeError, EnvironmentError, ImportError, NameError, ValueError) as error:
                yield line, type(error)


def of_sys():
    for name in dir(sys):
        if name not in ("modules", "path_importer_cache"):
            yield "sys." + name, getattr(sys, name)
    yield "dir(sys)", dir(sys)
    yield "sys.path_importer_cache", dict((key, type(value)) for key, value in IMPORTERS.items())
    yield "sys.modules", sorted(MODULES)
    yield "warnings.filters", FILTERS


def of_modules():
    """The modules of the start, and where every module that could be imported would come from."""
    for name, module in MODULES.items():
        name = "module %s " % name
        for attribute in ("__cached__", "__file__", "__package__"):
            yield name + attribute, getattr(module, attribute, None)
        yield name + "__path__", list(getattr(module, "__path__", ()))
        yield name + "__doc__", hashlib.sha256(repr(module.__doc__).encode()).hexdigest()
        functions = [one for one in vars(module).values() if isinstance(one, types.FunctionType)]
        yield name + "code", set(one.__code__.co_filename for one in functions)
        spec = getattr(module, "__spec__", None)
        for attribute in ("cached", "has_location", "loader_state", "origin", "parent"):
            yield name + "spec." + attribute, getattr(spec, attribute, None)
        loader = getattr(spec, "loader", None) or getattr(module, "__loader__", None)
        yield name + "loader", [loader, getattr(loader, "path", None)]
    for finder, name, is_package in pkgutil.iter_modules():
        if hasattr(finder, "find_spec"):
            origin = finder.find_spec(name).origin
        else:  # 2.7, whose finders resolve links before they look
            origin = __import__("imp").find_module(name, [finder.path])[1]
        yield "import " + name, [finder.path, is_package, origin]


def of_sysconfig():
    """Its variables and paths, and the files they come from where those say something else."""
    variables = dict(sysconfig.get_config_vars())
    for name, value in variables.items():
        yield "variable " + name, value
    data = getattr(sysconfig, "_get_sysconfigdata_name", lambda: "_sysconfigdata")()
    for name, value in __import__(data).build_time_vars.items():
        if value != variables.get(name):
            yield "%s %s" % (data, name), value
    for scheme in sysconfig.get_scheme_names():
        for name, path in sysconfig.get_paths(scheme).items():
            # Most of these folders nobody has made. That they are in the prefix is the fact, and
            # of a prefix like /usr nobody else can tell.
            path = re.sub("^" + re.escape(sys.prefix) + "(?=/|$)", "<sys.prefix>", path)
            yield "scheme %s %s" % (scheme, name), path
    for path in (sysconfig.get_makefile_filename(), sysconfig.get_config_h_filename()):
        if not os.path.isfile(path):
            continue
        with io.open(path, encoding="utf-8", errors="replace") as lines:
            statements = lines.read().replace("\\\n", " ").splitlines()
        defined = {}
        for line in statements:
            match = re.match(r"(?:#\s*define\s+)?(\w+)(?:\s*[:?+]?=\s*|\s+)(.*)", line)
            if match:
                defined.setdefault(match.group(1), []).append(match.group(2))
        for name, values in defined.items():
            yield "%s %s" % (os.path.basename(path), name), values


def of_the_library():
    """What a C extension, or a debugger that is attached, asks it."""
    wide = ctypes.c_char_p if sys.version_info < (3,) else ctypes.c_wchar_p
    for name in "ExecPrefix Path Prefix ProgramFullPath ProgramName PythonHome".split():
        function = getattr(ctypes.pythonapi, "Py_Get" + name, None)
        if function:
            function.restype = wide
            yield function.__name__ + "()", function()
    libc = ctypes.CDLL(None)
    address = ctypes.cast(ctypes.pythonapi.Py_GetVersion, ctypes.c_void_p)
    info = (ctypes.c_char_p * 4)()
    if libc.dladdr(address, info):
        yield "dladdr(Py_GetVersion)", info[0]
    yield "library search path", search_path(libc)
    libc.getauxval.restype = ctypes.c_ulong
    yield "getauxval(AT_EXECFN)", ctypes.string_at(libc.getauxval(ctypes.c_ulong(31)))
    yield "getauxval(AT_SECURE)", libc.getauxval(ctypes.c_ulong(23))
    try:
        from _testinternalcapi import get_configs
    except ImportError:
        return
    for group, values in get_configs().items():
        for name, value in (values or {}).items():
            yield "%s %s" % (group, name), value


def search_path(libc):
    """Where the dynamic linker looks for the libraries of this program: dlinfo(3)."""
    size_of_info, fill_in = 5, 4  # RTLD_DI_SERINFOSIZE, RTLD_DI_SERINFO
    program = ctypes.c_void_p(libc._handle)
    size = (ctypes.c_size_t * 2)()
    libc.dlinfo(program, size_of_info, size)
    info = ctypes.create_string_buffer(size[0])
    libc.dlinfo(program, size_of_info, info)
    libc.dlinfo(program, fill_in, info)
    count = ctypes.c_uint.from_buffer(info, 8).value
    return (ctypes.c_char_p * (2 * count)).from_buffer(info, 16)[::2]


def of_the_process():
    yield "mapped libraries", set(re.findall(r" /.*/(\S+\.so)\b", MAPS))
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink("/proc/self/fd/" + number)
        except OSError:  # what listed the folder
            continue
        yield "descriptor " + number, re.sub(r"\[\d+\]", "", target)
    for name in os.listdir("given"):
        now, given = fields("/proc/self/" + name), fields("given/" + name)
        own = dict((key, now[key]) for key in given if now[key] != given[key])
        for key in ("SigIgn", "SigCgt"):
            if key in own:
                own[key] = hex(int(now[key], 16) ^ int(given[key], 16))
        yield "/proc/self/%s, what was not given" % name, own


def fields(path):
    """The lines of a file of /proc by their names, but for counters and numbers of processes."""
    changing = "(Name|.*[Pp]id|Tgid|NS.*|SigQ|FDSize|(Vm|Rss|Hugetlb).*|.*ctxt_switches)$"
    with open(path) as lines:
        pairs = [re.split(r":\s*|\s{2,}", line.strip(), 1) for line in lines]
    pairs = [pair if len(pair) == 2 else ("value", pair[0]) for pair in pairs]
    return dict(pair for pair in pairs if not re.match(changing, pair[0]))


FACTS = {}
for group in (of_sys, of_modules, of_sysconfig, of_the_library, of_the_process, expressions):
    FACTS.update((name, text(value)) for name, value in group())
print("\n".join(sorted("%s = %s" % fact for fact in FACTS.items())))
