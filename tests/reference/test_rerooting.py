"""Files that record the prefix say the environment's, path by path."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from reference.interpreter import Interpreter
from reference.rerooting import records_prefix, reroot

from .conftest import python_of, run

SYSCONFIG = "lib/python3.12/_sysconfigdata__linux_x86_64-linux-gnu.py"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/opt/p", "/e"), ("/opt/p/lib", "/e/lib"), ("-I/opt/p/include", "-I/e/include"),
        ("'--prefix=/opt/p'", "'--prefix=/e'"), ("-Wl,-rpath,/opt/p/lib", "-Wl,-rpath,/e/lib"),
        ("/opt/p/lib:/opt/p/bin", "/e/lib:/e/bin"), ("/opt/python", "/opt/python"),
        ("/opt/p-1", "/opt/p-1"), ("/opt/p.1/x", "/opt/p.1/x"), ("/x/opt/p", "/x/opt/p"),
        ("a/opt/p", "a/opt/p"), ("$(DESTDIR)/opt/p", "$(DESTDIR)/opt/p"),
    ],
)  # fmt: skip
def test_paths(text: str, expected: str) -> None:
    """A path of the prefix changes as a whole; a longer name or a part of a path does not."""
    flags = f"x = ' {text} '"
    done = reroot(
        flags.encode(), SYSCONFIG, prefix=Path("/opt/p"), environment=Path("/e"), holds=None
    )
    assert done.decode() == f"x = ' {expected} '"


def test_shared_prefix() -> None:
    """Below /usr only what the environment holds becomes its own."""
    text = b"/usr /usr/bin /usr/bin/env /usr/bin/python3.11 -I/usr/include/tirpc ./usr/lib"
    held = {"", "bin", "bin/python3.11"}
    done = reroot(
        text, SYSCONFIG, prefix=Path("/usr"), environment=Path("/e"), holds=held.__contains__
    )
    assert done == b"/e /e/bin /usr/bin/env /e/bin/python3.11 -I/usr/include/tirpc ./usr/lib"


def test_a_dot_in_front() -> None:
    """A dot makes a path relative; only what is a prefix of its own changes there, too."""
    text, environment = b"./opt/p/lib", Path("/e")
    own = reroot(text, SYSCONFIG, prefix=Path("/opt/p"), environment=environment, holds=None)
    shared = reroot(
        text, SYSCONFIG, prefix=Path("/opt/p"), environment=environment, holds=lambda _: True
    )
    assert (own, shared) == (b"./e/lib", text)


def test_below_a_shared_prefix() -> None:
    """Whether the environment holds a path is asked relative to the prefix."""
    asked: list[str] = []

    def holds(path: str) -> bool:
        asked.append(path)
        return True

    reroot(b"/usr/X/x /usr", SYSCONFIG, prefix=Path("/usr"), environment=Path("/e"), holds=holds)
    assert asked == ["X/x", ""]


CTYPES = "lib/python3.12/lib-dynload/_ctypes.cpython-312-x86_64-linux-gnu.so"


@pytest.mark.parametrize(
    ("prefix", "shared", "expected"),
    [
        ("/opt/python", False, b"$ORIGIN/../..\0\0\0"),  # 15 bytes and the one that ends them
        ("/opt/pyth", False, b"$ORIGIN/../..\0"),
        ("/opt/pyt", False, b"/opt/pyt/lib\0"),  # it would take the place of what comes next
        ("/opt/python", True, b"/opt/python/lib\0"),
    ],
)
def test_compiled(prefix: str, shared: bool, expected: bytes) -> None:
    """A path in an ELF file becomes a relative one where that is no longer, and nothing moves."""
    told = prefix.encode() + b"/lib\0"
    more = b"\x7fELF" + prefix.encode() + b"/library\0\xff"
    done = reroot(told + more, CTYPES, prefix=Path(prefix), environment=Path("/e"),
                  holds=(lambda _: True) if shared else None)  # fmt: skip
    assert done == expected + more


@pytest.mark.parametrize(
    ("path", "environment", "expected"),
    [
        ("lib/python3.12/config-3.12/Makefile", "/a$b#c", b"/a$$b\\#c"),
        ("lib/python3.14/build-details.json", '/a"b\\c', b'/a\\"b\\\\c'),
        ("lib/pkgconfig/python.pc", '/a$b#c"d', b'/a$b#c"d'),
        ("lib/python2.7/_sysconfigdata.py", "/é", b"/\\xc3\\xa9"),
        ("lib/python3.12/_sysconfigdata.py", "/é", b"/\\xe9"),
    ],
)
def test_languages(path: str, environment: str, expected: bytes) -> None:
    """A name with odd letters is written as the language of each file wants it in a string."""
    done = reroot(b"= /opt/p", path, prefix=Path("/opt/p"), environment=Path(environment),
                  holds=None)  # fmt: skip
    assert done == b"= " + expected


@pytest.mark.parametrize(
    "environment", ["/a b", "/o'clock", '/"q"', "/back\\slash", "/é", "/\udcff"]
)
def test_quoting(environment: str) -> None:
    """Whatever the environment is called, the module that records it says so."""
    done = reroot(b"x = {'a': '/opt/p/lib'}", SYSCONFIG, prefix=Path("/opt/p"),
                  environment=Path(environment), holds=None)  # fmt: skip
    assert ast.literal_eval(done.decode().removeprefix("x = ")) == {"a": f"{environment}/lib"}


def test_which() -> None:
    """The files that record the prefix are known by their names."""
    yes = [SYSCONFIG, "lib/python2.7/_sysconfigdata.py", "lib/python3.6/config-x/Makefile",
           "lib/pkgconfig/python-3.12.pc", "bin/python3.12-config", "lib/python2.7/config/Makefile",
           "lib/python3.14/build-details.json"]  # fmt: skip
    no = ["lib/python3.12/sysconfig.py", "bin/python3.12", "lib/python3.12/config.py", "Makefile"]
    assert all(records_prefix(path) for path in yes)
    assert not any(records_prefix(path) for path in no)


FACTS = """
import sys, sysconfig
for key, value in sorted(sysconfig.get_config_vars().items()):
    print("%s %r" % (key, value))
for key, value in sorted(sysconfig.get_paths().items()):
    print("%s %r" % (key, value))
print(sysconfig.get_makefile_filename(), sysconfig.get_config_h_filename())
"""


def test_everything_it_knows(environment: Path, base: Interpreter) -> None:
    """Every variable of sysconfig is the base's, with the environment for the prefix."""
    if base.shares_prefix:
        pytest.skip("its prefix is a word of the whole system")
    flags = ["-S", "-B", "-c", FACTS]
    expected = run([base.executable, *flags])
    found = run([python_of(environment, base), *flags])
    assert found.replace(str(environment), "{}") == expected.replace(str(base.prefix), "{}")


def test_config_program(environment: Path, base: Interpreter) -> None:
    """pythonX.Y-config names the environment and never the base."""
    program = environment / "bin" / f"python{base.minor}-config"
    if not program.exists() or not shutil.which("sed"):
        pytest.skip("has none")
    told = run([program, "--prefix", "--includes", "--ldflags"])
    assert str(environment) in told
    assert base.shares_prefix or str(base.prefix) not in told
