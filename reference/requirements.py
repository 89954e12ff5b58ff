"""Does a set of packages belong together, and with this interpreter?

A small and honest part of PEP 425, 440 and 508: enough to refuse what pip would not install,
with a clear error where a text is not what those say.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence

from installer.utils import canonicalize_name, parse_wheel_filename

from .errors import BuildError, Refused
from .interpreter import Interpreter
from .packages import Package


def check(packages: Sequence[Package], interpreter: Interpreter) -> None:
    """Raise `Refused` for a set that pip would not install for this interpreter."""
    present: dict[str, Package] = {}
    for package in packages:
        other = present.setdefault(package.key, package)
        if other.version != package.version:
            raise Refused(f"two versions of one distribution: {other} and {package}")
        if other.wheel != package.wheel:
            raise Refused(f"two wheels of one distribution: {other} and {package}")
        if not fits(package.wheel, interpreter):
            raise Refused(f"{package}: its tag is not one of CPython {interpreter.full_version}'s")
        if not matches(".".join(map(str, interpreter.version)), package.requires_python):
            raise Refused(
                f"{package}: requires Python {package.requires_python},"
                f" and this is {interpreter.full_version}"
            )
    for package, requirement in ((p, line) for p in packages for line in p.requires):
        name, specifier, marker = _parse(requirement, package)
        if marker and not evaluate(marker, interpreter, package):
            continue
        found = present.get(canonicalize_name(name))
        if found is None:
            raise Refused(f"{package}: requires {name}, which is not among the packages")
        if not matches(found.version, specifier):
            raise Refused(f"{package}: requires {name} {specifier}, and it would get {found}")


def fits(wheel: str, interpreter: Interpreter) -> bool:
    """Does the tag of a wheel's file name (PEP 425) fit the interpreter?"""
    major, minor = interpreter.version[:2]
    pythons = {f"py{major}", f"cp{major}"}
    pythons |= {f"{kind}{major}{m}" for kind in ("py", "cp") for m in range(minor + 1)}
    abi = f"cp{major}{minor}{interpreter.abiflags}"
    if major == 2:
        abi += "mu" if interpreter.wide_unicode else "m"
    for python, tag, platform in itertools.product(
        *(part.split(".") for part in parse_wheel_filename(wheel).tag.split("-"))
    ):
        if python not in pythons or not _fits_platform(platform, interpreter):
            continue
        exact = python == f"cp{major}{minor}"
        if tag == "none" and (exact or not python.startswith("cp")):
            return True
        if tag == abi and exact:
            return True
        if tag == "abi3" and major == 3 and python.startswith("cp3") and "t" not in abi[2:]:
            return True
    return False


def _fits_platform(platform: str, interpreter: Interpreter) -> bool:
    machine = interpreter.platform.removeprefix("linux_")
    if platform in ("any", interpreter.platform):
        return True
    legacy = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
    match = re.fullmatch(rf"manylinux(?:_(\d+)_(\d+)|\d+)_{re.escape(machine)}", platform)
    if match is None or not interpreter.libc:
        return False
    wanted = (int(match[1]), int(match[2])) if match[1] else legacy.get(platform.partition("_")[0])
    return wanted is not None and tuple(map(int, interpreter.libc.split(".")[:2])) >= wanted


#: Release, kind of pre- or post-release, and its number.
VERSION = re.compile(
    r"v?(?:\d+!)?(\d+(?:\.\d+)*)[-_.]?(dev|alpha|beta|a|b|c|rc|pre|post)?[-_.]?(\d*)"
)
STAGES = {"dev": -5, "a": -4, "alpha": -4, "b": -3, "beta": -3, "c": -2, "rc": -2, "pre": -2}


def _release(version: str) -> tuple[tuple[int, ...], tuple[int, int]]:
    """The release of a version, and where it stands among its pre- and post-releases."""
    text = version.strip().lower().split("+")[0]
    match = VERSION.match(text)
    if match is None:
        raise BuildError(f"{version!r} is not a version")
    numbers = [int(part) for part in match[1].split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    stage = 1 if match[2] == "post" else STAGES.get(match[2] or "", 0)
    return tuple(numbers), (stage, int(match[3] or 0))


def matches(version: str, specifiers: str) -> bool:
    """Does *version* satisfy the PEP 440 *specifiers*, such as ``>=3.6,!=3.8.*``?"""
    own = _release(version)
    for text in filter(None, (part.strip() for part in specifiers.strip("() ").split(","))):
        match = re.fullmatch(r"(===|~=|==|!=|<=|>=|<|>)\s*([\w.!+*-]+)", text)
        if match is None:
            raise BuildError(f"{text!r} is not a version specifier")
        operator, wanted = match[1], match[2]
        if wanted.endswith(".*"):
            parts = [int(part) for part in re.findall(r"\d+", wanted)]
            padded = (*own[0], *[0] * len(parts))[: len(parts)]
            holds = (list(padded) == parts) is (operator != "!=")
        elif operator == "~=":
            parts = [int(part) for part in re.findall(r"\d+", wanted)][:-1]
            padded = (*own[0], *[0] * len(parts))[: len(parts)]
            holds = own >= _release(wanted) and list(padded) == parts
        elif operator == "===":
            holds = version == wanted
        else:
            other = _release(wanted)
            holds = {
                "==": own == other, "!=": own != other, "<": own < other,
                "<=": own <= other, ">": own > other, ">=": own >= other,
            }[operator]  # fmt: skip
        if not holds:
            return False
    return True


def _parse(requirement: str, package: Package) -> tuple[str, str, str]:
    text, _, marker = requirement.partition(";")
    match = re.fullmatch(r"\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*(@.*|\(?[^()]*\)?)\s*", text)
    if match is None:
        raise BuildError(f"{package}: {requirement!r} is not a requirement")
    return match[1], "" if match[2].startswith("@") else match[2], marker.strip()


def evaluate(marker: str, interpreter: Interpreter, package: Package) -> bool:
    """The value of an environment marker (PEP 508); `extra` is never set."""
    words = re.findall(r"\(|\)|===|[<>=!~]=|[<>]|not\s+in\b|[\w.]+|'[^']*'|\"[^\"]*\"", marker)
    own = os.uname()
    values = {
        "python_version": interpreter.minor,
        "python_full_version": interpreter.full_version,
        "implementation_version": interpreter.full_version,
        "os_name": "posix",
        "sys_platform": "linux2" if interpreter.version < (3,) else "linux",
        "platform_system": own.sysname,
        "platform_machine": own.machine,
        "platform_release": own.release,
        "platform_version": own.version,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "extra": "",
    }

    def atom() -> bool:
        if words[0] == "(":
            words.pop(0)
            value = either()
            words.pop(0)
            return value
        left, operator, right = (words.pop(0) for _ in range(3))
        a, b = (values[w] if w[0] not in "'\"" else w[1:-1] for w in (left, right))
        if operator == "in" or operator.startswith("not"):
            return (a in b) is (operator == "in")
        if re.match(r"\d", a) and re.match(r"\d", b):
            return matches(a, f"{operator}{b}")
        return {"==": a == b, "!=": a != b, "<": a < b, ">": a > b}.get(operator, a == b)

    def both() -> bool:
        value = atom()
        while words and words[0] == "and":
            words.pop(0)
            value = atom() and value
        return value

    def either() -> bool:
        value = both()
        while words and words[0] == "or":
            words.pop(0)
            value = both() or value
        return value

    try:
        return either()
    except (IndexError, KeyError, ValueError):
        raise BuildError(f"{package}: the marker {marker!r} cannot be read") from None
