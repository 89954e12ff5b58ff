"""Does a set of packages belong together, and with this interpreter?

A small and honest part of PEP 425, 440 and 508: enough to refuse what pip would not install,
with a clear error where a text is not what those say.
"""

from __future__ import annotations

import itertools
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
    exact, abi = f"cp{major}{minor}", f"cp{major}{minor}{interpreter.abiflags}"
    if major == 2:
        abi += "mu" if interpreter.wide_unicode else "m"
    pythons = {f"py{major}", f"cp{major}"}
    pythons |= {f"{kind}{major}{older}" for kind in ("py", "cp") for older in range(minor + 1)}
    machine = re.escape(interpreter.platform.removeprefix("linux_"))
    platforms = re.compile(rf"any|(linux|(many|musl)linux(\d+|_\d+_\d+))_{machine}")
    for python, wanted, platform in itertools.product(
        *(part.split(".") for part in tag.split("-"))
    ):
        if python in pythons and platforms.fullmatch(platform) and (
            (wanted == "none" and (python == exact or not python.startswith("cp")))
            or (wanted == abi and python == exact)
            or (wanted == "abi3" and python.startswith("cp3") and "t" not in interpreter.abiflags)
        ):  # fmt: skip
            return True
    return False


#: Release, kind of pre- or post-release, and its number.
VERSION = re.compile(
    r"v?(?:\d+!)?(\d+(?:\.\d+)*)[-_.]?(dev|alpha|beta|a|b|c|rc|pre|post)?[-_.]?(\d*)"
)
STAGES = {"dev": -5, "a": -4, "alpha": -4, "b": -3, "beta": -3, "c": -2, "rc": -2, "pre": -2}


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
        match = re.fullmatch(r"(===|~=|==|!=|<=|>=|<|>)\s*([\w.!+-]+)(\.\*)?", text)
        if match is None:
            raise BuildError(f"{text!r} is not a version specifier")
        operator, wanted = match[1], match[2]
        other, numbers = _key(wanted), list(map(int, re.findall(r"\d+", wanted)))
        family = numbers[:-1] if operator == "~=" else numbers
        is_in = [*own[0], *[0] * len(family)][: len(family)] == family
        if match[3]:
            holds = is_in is (operator != "!=")
        else:
            holds = {
                "==": own == other, "!=": own != other, "<": own < other, ">": own > other,
                "<=": own <= other, ">=": own >= other, "~=": own >= other and is_in,
                "===": version == wanted,
            }[operator]  # fmt: skip
        if not holds:
            return False
    return True


COMPARISON = re.compile(
    r"""([\w.]+|'[^']*'|"[^"]*")\s*(===|[<>=!~]=|<|>|(?:not\s+)?in\b)\s*([\w.]+|'[^']*'|"[^"]*")"""
)


def evaluate(marker: str, interpreter: Interpreter) -> bool:
    """The value of an environment marker (PEP 508); `extra` is never set."""
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

    def compare(match: re.Match[str]) -> str:
        left, right = (values.get(word, word.strip("'\"")) for word in (match[1], match[3]))
        operator = match[2]
        if operator.endswith("in"):
            return str((left in right) is (operator == "in"))
        if left[:1].isdigit() and right[:1].isdigit():
            return str(matches(left, operator + right))
        found = {"==": left == right, "!=": left != right, "<": left < right, ">": left > right}
        return str(found.get(operator, left == right))

    words = COMPARISON.sub(compare, marker)
    try:
        if re.fullmatch(r"(?:True|False|and|or|[() ])+", words):
            return bool(eval(words))  # nothing but these words
    except (SyntaxError, TypeError):
        pass
    raise BuildError(f"the marker {marker.strip()!r} cannot be read")
