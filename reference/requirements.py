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
    machine = interpreter.platform.removeprefix("linux_")
    kind = re.compile("|".join(kinds))
    return any(
        kind.fullmatch(f"{python}-{abi}") and _runs_on(platform, machine, interpreter.glibc)
        for python, abi, platform in itertools.product(
            *(part.split(".") for part in tag.split("-"))
        )
    )


#: The tags of PEP 513, 571 and 599 as PEP 600 writes them.
LEGACY = {"many1": "many_2_5", "many2010": "many_2_12", "many2014": "many_2_17"}


def _runs_on(platform: str, machine: str, glibc: list[int]) -> bool:
    """Does a platform tag fit a Linux on *machine* with this glibc, or none of it?"""
    if platform in ("any", f"linux_{machine}"):
        return True
    system = platform.removesuffix(f"_{machine}").replace("linux", "", 1)
    match = re.fullmatch(r"(many|musl)_(\d+)_(\d+)", LEGACY.get(system, system))
    if match is None or not platform.endswith(f"_{machine}"):
        return False
    return [int(match[2]), int(match[3])] <= glibc if match[1] == "many" else not glibc


#: Epoch, release, kind of pre- or post-release, and its number.
VERSION = re.compile(
    r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)[-_.]?(dev|alpha|beta|a|b|c|rc|pre|post)?[-_.]?(\d*)"
)
STAGES = {"dev": -5, "a": -4, "alpha": -4, "b": -3, "beta": -3, "c": -2, "rc": -2, "pre": -2}
OPERATORS = {
    "==": operator.eq, "===": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge, "~=": operator.ge,
}  # fmt: skip


def _read(version: str) -> re.Match[str]:
    match = VERSION.match(version.strip().lower())
    if match is None:
        raise BuildError(f"{version!r} is not a version")
    return match


def _key(version: str) -> tuple[tuple[int, ...], int, int]:
    """What orders versions: epoch and release without final zeros, stage, and its number."""
    epoch, release, kind, number = _read(version).groups()
    numbers = re.sub(r"(\.0+)+$", "", release).split(".")
    stage = 1 if kind == "post" else STAGES.get(kind or "", 0)
    return (int(epoch or 0), *map(int, numbers)), stage, int(number or 0)


def matches(version: str, specifiers: str) -> bool:
    """Does *version* satisfy the PEP 440 *specifiers*, such as ``>=3.6,!=3.8.*``?"""
    own = _key(version)
    for text in filter(None, (part.strip() for part in specifiers.strip("() ").split(","))):
        match = re.fullmatch(r"(===|[~=!<>]=|<|>)\s*([\w.!+-]+)(\.\*)?", text)
        if match is None:
            raise BuildError(f"{text!r} is not a version specifier")
        sign, wanted, wildcard = match.groups()
        if sign == "===" or "+" in wanted:  # a local version counts where one is asked for
            holds = OPERATORS[sign](version, wanted)
        else:
            found = _read(wanted)
            family = [int(found[1] or 0), *map(int, found[2].split("."))]
            family = family[:-1] if sign == "~=" else family
            is_in = [*own[0], *[0] * len(family)][: len(family)] == family
            holds = OPERATORS[sign](own, _key(wanted)) and (is_in or sign != "~=")
            holds = is_in is (sign != "!=") if wildcard else holds
        if not holds:
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
