"""Adapters to tools that people use: what the modules of venv, uv and so on have in common.

An adapter is a program like any other builder and runs in the sandbox, with the host's Python:
the harness gives the tool nothing that its users do not have. `builder` is the harness's side,
`main` the program's; between them stands the builder protocol.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from envparity.builders import PROTOCOL, REFUSED, UNSUPPORTED, Refused, Unsupported
from envparity.errors import BuilderError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

#: What an adapter's program runs. It finds this package by path alone, so that no variable has
#: to be set which the tool would see.
PROGRAM = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); "
    "from envparity.builders.adapter import main; main()"
)

#: How pip says that it will not install what it was asked for, as opposed to: that it cannot.
_PIP_REFUSES = re.compile(
    r"No matching distribution found|Could not find a version|Cannot install|ResolutionImpossible"
    r"|Double requirement given|is not a supported wheel|requires a different Python"
    r"|requires Python .* but the running Python is"
    r"|outside target directory|Invalid script entry point"
)


@frozen
class Facts:
    """What a tool is, as `describe` tells it."""

    name: str
    version: str
    homepage: str
    fingerprint: str | None = ""
    """Of what else its environments are made of, beyond its version; None if that is not known."""


@frozen
class Package:
    """A wheel to install."""

    name: str
    version: str
    wheel: Path
    requires: tuple[str, ...] = ()


@frozen
class Task:
    """A request, as an adapter sees it."""

    python: Path
    """The base interpreter."""
    base: Path
    """Its prefix."""
    minor: str
    """Its version, as in "3.12"."""
    packages: tuple[Package, ...]
    output: Path
    scratch: Path
    version: str = ""
    """All of its version."""

    @classmethod
    def read(cls, path: Path) -> Task:
        """The task in the file REQUEST.json at *path*."""
        request = json.loads(path.read_text())
        interpreter = request["interpreter"]
        return cls(
            python=Path(interpreter["executable"]),
            base=Path(interpreter["prefix"]),
            minor=".".join(interpreter["version"].split(".")[:2]),
            packages=tuple(
                Package(one["name"], one["version"], Path(one["wheel"]), tuple(one["requires"]))
                for one in request["packages"]
            ),
            output=Path(request["output"]),
            scratch=Path(request["scratch"]),
            version=interpreter["version"],
        )

    @property
    def requirements(self) -> list[str]:
        """The packages as a user names them: each at its version, so that nothing records the
        path of its wheel (PEP 610).
        """
        return [f"{one.name}=={one.version}" for one in self.packages]

    @property
    def folders(self) -> list[str]:
        """The folders that the packages' wheels lie in."""
        return list(dict.fromkeys(str(one.wheel.parent) for one in self.packages))

    @property
    def venv_layout(self) -> dict[str, str]:
        """Where a virtual environment has its things, whatever its base's layout is (PEP 405)."""
        return {
            "prefix": str(self.output),
            "scripts": str(self.output / "bin"),
            "site": str(self.output / "lib" / f"python{self.minor}" / "site-packages"),
        }


class Adapter(Protocol):
    """One tool. A module of it has a factory `ADAPTER(argument, tool)`."""

    def describe(self) -> Facts:
        """What the tool is."""
        ...

    def build(self, task: Task) -> Mapping[str, str]:
        """Make the environment; the last line that the protocol asks for.

        Raises Refused, Unsupported, and BuilderError when the tool fails.
        """
        ...


def builder(name: str, module: str, tool: str = "") -> ProgramBuilder:
    """The builder that is asked for as *name*: an adapter in envparity/builders/*module*.py.

    *tool* is the program that it runs, found on the host.
    """
    # The program's side does without them: they take longer to import than some tools to run.
    from envparity.builders.program import ProgramBuilder  # noqa: PLC0415
    from envparity.capability import find_program  # noqa: PLC0415

    found = find_program(tool) if tool else None
    argument = name.partition(":")[2]
    argv = (sys.executable, "-I", "-c", PROGRAM, module, argument, str(found or ""))
    places: tuple[Path, ...] = ()
    if found is not None:
        # A program's own library lies beside its folder, wherever a link to it may be.
        places = tuple({one.parents[1] for one in (found, found.resolve())})
    return ProgramBuilder(name, argv, places=places, bare_base=True, program=found)


def main() -> None:
    """The program: `MODULE ARGUMENT TOOL describe`, or `… build REQUEST.json`."""
    module, argument, tool, verb, *rest = sys.argv[1:]
    adapter: Adapter = importlib.import_module(f"envparity.builders.{module}").ADAPTER(
        argument, tool
    )
    try:
        if verb == "describe":
            print(json.dumps(_description(adapter)))
        else:
            print(json.dumps(dict(adapter.build(Task.read(Path(rest[0]))))))
    except Refused as refusal:
        _end(REFUSED, refusal)
    except Unsupported as reason:
        _end(UNSUPPORTED, reason)
    except BuilderError as error:
        _end(1, error)


def _end(status: int, reason: Exception) -> None:
    print(reason, file=sys.stderr)
    sys.exit(status)


def _description(adapter: Adapter) -> dict[str, Any]:
    from envparity.cache import digest, digest_of_files  # noqa: PLC0415

    facts = adapter.describe()
    module = sys.modules[type(adapter).__module__]
    sources = digest_of_files(Path(__file__), Path(str(module.__file__)))
    return {
        "protocol": PROTOCOL,
        "name": facts.name,
        "version": facts.version,
        "homepage": facts.homepage,
        "fingerprint": None
        if facts.fingerprint is None
        else digest(sources, facts.version, facts.fingerprint),
    }


def run(
    *argv: str | Path,
    environment: Mapping[str, str] | None = None,
    gist: Callable[[str], str] | None = None,
) -> str:
    """Run a tool to its end and return its standard output.

    Raises BuilderError with the *gist* of what it said: `telling`'s, unless another is given.
    """
    gist = gist or telling
    try:
        ended = subprocess.run(
            [str(word) for word in argv],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise BuilderError(f"{argv[0]}: {error.strerror}") from None
    if ended.returncode != 0:
        words = (gist(ended.stderr) or gist(ended.stdout))[:300]
        raise BuilderError(words or f"{Path(argv[0]).name} ended with {ended.returncode}")
    return ended.stdout


def telling(text: str) -> str:
    """The line of a tool's output that says what went wrong: its first error, or the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not any(line.startswith("Traceback (") for line in lines):
        lines = [line for line in lines if line.startswith("ERROR:")][:1] or lines
    return lines[-1].removeprefix("ERROR: ") if lines else ""


def version_of(tool: str) -> str:
    """The number in what `TOOL --version` prints; empty when there is no such tool."""
    found = re.search(r"\d+(?:\.\w+)+", run(tool, "--version")) if tool else None
    return found[0] if found else ""


def needed(tool: str, name: str, remedy: str) -> str:
    """*tool* if it was found; Unsupported says how to get *name*."""
    if not tool:
        raise Unsupported(f"{name} is not installed here: {remedy}")
    return tool


def pip_install(task: Task, python: Path, *options: str | Path, wheel: Path | None = None) -> None:
    """Install the task's packages with the pip of *wheel*, or else the base's own, by *python*.

    The base's is the one that `ensurepip` brings, hence that of a fresh venv. It runs from a
    folder of its own, so that the environment holds what vanilla holds, which has no pip either.
    Bytecode is left out for the same reason.

    Raises Refused where pip says that it will not, Unsupported for a base without ensurepip.
    """
    if not task.packages:
        return
    pip = unpacked(str(wheel), lambda: wheel) if wheel else base_pip(task)
    places = [f"--find-links={folder}" for folder in task.folders]
    try:
        run(
            *(python, pip, "install", "--quiet", "--no-index", "--no-compile"),
            *("--disable-pip-version-check", "--no-cache-dir", *places, *options),
            *task.requirements,
            environment={"PIP_CONFIG_FILE": os.devnull},  # /etc/pip.conf may know other places
        )
    except BuilderError as error:
        if _PIP_REFUSES.search(error.message):
            raise Refused(f"pip: {error.message}") from None
        raise BuilderError(f"pip: {error.message}") from None


#: Asks a Python for the wheel of its pip; 3.10 and newer may have it where WHEEL_PKG_DIR says.
_WHERE_IS_PIP = """
import ensurepip, os, sysconfig
name = "pip-" + ensurepip.version() + "-"
folders = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")]
folders.append(sysconfig.get_config_var("WHEEL_PKG_DIR") or folders[0])
for folder in folders:
    for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if file.startswith(name):
            print(os.path.join(folder, file))
"""


def base_pip(task: Task) -> Path:
    """The folder `pip` of the pip that the base's ensurepip has."""

    def find() -> Path:
        try:
            return Path(run(task.python, "-c", _WHERE_IS_PIP).splitlines()[0])
        except (BuilderError, IndexError):
            raise Unsupported(
                f"{task.python} has no pip in its ensurepip (on Debian and Ubuntu: "
                f"apt install python{task.minor}-venv)"
            ) from None

    return unpacked(str(task.python), find)


def unpacked(name: str, find: Callable[[], Path]) -> Path:
    """The folder `pip` of a wheel of pip that *find* finds, unpacked once per run for *name*."""
    folder = Path.home() / "pip" / hashlib.sha256(name.encode()).hexdigest()[:16]
    if not folder.exists():
        draft = folder.with_name(f"{folder.name}.{os.getpid()}")
        with zipfile.ZipFile(find()) as archive:
            archive.extractall(draft)
        try:
            draft.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(draft)
    return folder / "pip"
