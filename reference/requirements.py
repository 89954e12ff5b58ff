"""Does a set of packages belong together, and with this interpreter?

A small and honest part of PEP 425, 440 and 508: enough to refuse what pip would not install,
with a clear error where a text is not what those say.
"""

from __future__ import annotations

import itertools
import operator
import os
import re
from collections.abc import Sequence

from .errors import BuildError, Refused
from .interpreter import Interpreter
from .packages import Package, normalise


def check(packages: Sequence[Package], interpreter: Interpreter) -> None:
    """Raise `Refused` for a set that pip would not install for this interpreter."""
    present: dict[str, Package] = {}
    for package in packages:
        other = present.setdefault(package.key, package)
        if (other.version, other.origin) != (package.version, package.origin):
            what = "wheels" if other.version == package.version else "versions"
            raise Refused(f"two {what} of one distribution: {other} and {package}")
        if package.tag and not fits(package.tag, interpreter):
            raise Refused(f"{package}: its tag is not one of CPython {interpreter.full_version}'s")
        if not matches(".".join(map(str, interpreter.version)), package.requires_python):
            needs = f"requires Python {package.requires_python}"
            raise Refused(f"{package}: {needs}, and this is {interpreter.full_version}")
    for package, line in ((one, line) for one in packages for line in one.requires):
        text, _, marker = line.partition(";")
        match = re.fullmatch(r"\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*(@.*|\(?[^()]*\)?)\s*", text)
        if match is None:
            raise BuildError(f"{package}: {line!r} is not a requirement")
        if marker.strip() and not evaluate(marker, interpreter):
            continue
        found = present.get(normalise(match[1]))
        if found is None:
            raise Refused(f"{package}: requires {match[1]}, which is not among the packages")
        if not match[2].startswith("@") and not matches(found.version, match[2]):
            raise Refused(f"{package}: requires {text.strip()}, and it would get {found}")


def fits(tag: str, interpreter: Interpreter) -> bool:
    """Does the tag of a wheel (PEP 425) fit the interpreter?"""
    major, minor = interpreter.version[:2]
    older = rf"{major}(?:{'|'.join(map(str, range(minor + 1)))})?"
    exact, flags = f"cp{major}{minor}", interpreter.abiflags
    if major == 2:
        flags = "mu" if interpreter.wide_unicode else "m"
    kinds = [f"py{older}-none", f"{exact}-none", f"{exact}-{exact}{flags}"]
    if major > 2 and "t" not in flags:
        kinds.append(f"cp{older}-abi3")
    machine = re.escape(interpreter.platform.removeprefix("linux_"))
    platform = rf"any|(?:linux|(?:many|musl)linux(?:\d+|_\d+_\d+))_{machine}"
    every = itertools.product(*(part.split(".") for part in tag.split("-")))
    return any(re.fullmatch(f"(?:{'|'.join(kinds)})-(?:{platform})", "-".join(t)) for t in every)


#: Release, kind of pre- or post-release, and its number.
VERSION = re.compile(
    r"v?(?:\d+!)?(\d+(?:\.\d+)*)[-_.]?(dev|alpha|beta|a|b|c|rc|pre|post)?[-_.]?(\d*)"
)
STAGES = {"dev": -5, "a": -4, "alpha": -4, "b": -3, "beta": -3, "c": -2, "rc": -2, "pre": -2}
OPERATORS = {
    "==": operator.eq, "===": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge, "~=": operator.ge,
}  # fmt: skip


def _key(version: str) -> tuple[tuple[int, ...], int, int]:
    """What orders versions: the release without final zeros, its stage, and the stage's number."""
    match = VERSION.match(version.strip().lower())
    if match is None:
        raise BuildError(f"{version!r} is not a version")
    release = re.sub(r"(\.0+)+$", "", match[1]).split(".")
    stage = 1 if match[2] == "post" else STAGES.get(match[2] or "", 0)
    return tuple(map(int, release)), stage, int(match[3] or 0)


def matches(version: str, specifiers: str) -> bool:
    """Does *version* satisfy the PEP 440 *specifiers*, such as ``>=3.6,!=3.8.*``?"""
    own = _key(version)
    for text in filter(None, (part.strip() for part in specifiers.strip("() ").split(","))):
        match = re.fullmatch(r"(===|[~=!<>]=|<|>)\s*([\w.!+-]+)(\.\*)?", text)
        if match is None:
            raise BuildError(f"{text!r} is not a version specifier")
        sign, wanted = match[1], match[2]
        numbers = list(map(int, re.findall(r"\d+", wanted)))
        family = numbers[:-1] if sign == "~=" else numbers
        is_in = [*own[0], *[0] * len(family)][: len(family)] == family
        sides = (version, wanted) if sign == "===" else (own, _key(wanted))
        holds = OPERATORS[sign](*sides) and (is_in or sign != "~=")
        if not (is_in is (sign != "!=") if match[3] else holds):
            return False
    return True


COMPARISON = re.compile(
    r"""([\w.]+|'[^']*'|"[^"]*")\s*(===|[<>=!~]=|<|>|(?:not\s+)?in\b)\s*([\w.]+|'[^']*'|"[^"]*")"""
)


def evaluate(marker: str, interpreter: Interpreter) -> bool:
    """The value of an environment marker (PEP 508); `extra` is never set."""
    own, full = os.uname(), interpreter.full_version
    values = {
        "python_version": interpreter.minor, "python_full_version": full, "os_name": "posix",
        "implementation_name": "cpython", "implementation_version": full, "extra": "",
        "platform_python_implementation": "CPython", "platform_system": own.sysname,
        "platform_release": own.release, "platform_version": own.version,
        "platform_machine": own.machine,
        "sys_platform": "linux2" if interpreter.version < (3,) else "linux",
    }  # fmt: skip

    def compare(match: re.Match[str]) -> str:
        left, right = (values.get(word, word.strip("'\"")) for word in (match[1], match[3]))
        if match[2].endswith("in"):
            return str((left in right) is (match[2] == "in"))
        if left[:1].isdigit() and right[:1].isdigit():
            return str(matches(left, match[2] + right))
        return str(OPERATORS[match[2]](left, right))

    words = COMPARISON.sub(compare, marker)
    try:
        if re.fullmatch(r"(?:True|False|and|or|[() ])+", words):
            return bool(eval(words))  # nothing but these words
    except (SyntaxError, TypeError):
        pass
    raise BuildError(f"the marker {marker.strip()!r} cannot be read")
