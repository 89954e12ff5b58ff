"""Scenarios: what one folder of the corpus says, read into value objects.

A scenario is data: `scenarios/<theme>/<name>/scenario.toml` and, beside it, what its
steps need (`packages/`, `wheels/`, `work/`, `cases/`). The format is closed. Whatever
it does not allow is a `CorpusError` that names the file and the line.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import attrs
from packaging.specifiers import SpecifierSet

from envparity.document import Document, nearest
from envparity.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The closed lists of the format.
THEMES = (
    "identity", "invocation", "scripts", "wrappers", "venvs", "packages",
    "extensions", "isolation", "processes", "filesystem", "contract", "wild",
)  # fmt: skip
#: The themes that a run leaves out unless they are named: they need more than this machine.
OPT_IN = ("wild",)
NEEDS = (
    "cc", "bash", "perl", "uv", "virtualenv", "true-prefix", "two-pythons", "ensurepip", "venv",
    "python-name", "config-script", "headers", "shared-libpython", "pkg-config",
    "awk", "cmake", "make",
)  # fmt: skip
PREFIX_SHAPES = ("plain", "space", "non-ascii", "long", "too-long", "symlinked-parent")
REFUSALS = ("collision", "two-versions", "wrong-python", "missing-dependency", "path-escape")
GUARANTEES = ("deterministic", "inputs-untouched", "leaves-nothing")
#: The folders of a scenario in which a case's file may take its place.
CASE_HOMES = ("packages", "wheels", "work")

_KEYS = (
    "summary", "origin", "python", "needs", "steps", "case-file",
    "environment", "requirements", "refuses", "guarantee",
)  # fmt: skip
_STEP_KEYS = ("run", "exit", "files", "timeout")
_ORIGIN = re.compile(
    r"[\w.-]+/[\w.-]+#\d+"  # a GitHub issue or pull request
    r"|PEP \d+"
    r"|https://[^\s/]+\.[^\s/]+\S*"
    r"|CPython Doc/[\w./-]+\.rst"
)
_MODAL = re.compile(r"\b(should|must|may|might|shall|ought)(n't)?\b", re.IGNORECASE)
_CASE_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*", re.ASCII)


@attrs.frozen
class Step:
    """One shell line, and how it ends in a vanilla Python.

    *files* are names or globs in the working directory whose contents are compared;
    *timeout* is in seconds, and None leaves it to the harness.
    """

    run: str
    exit: int = 0
    files: tuple[str, ...] = ()
    timeout: float | None = None


@attrs.frozen
class Scenario:
    """One scenario, or one case of it. All paths are below `path`, the scenario's folder."""

    theme: str
    name: str
    path: Path
    summary: str
    origin: tuple[str, ...]
    python: SpecifierSet | None = None
    needs: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    prefix_shape: str = "plain"
    #: Distributions of a package index, which the theme's lock pins (`envparity.index`).
    requirements: tuple[str, ...] = ()
    refuses: str | None = None
    guarantee: str | None = None
    packages: tuple[Path, ...] = ()
    wheels: tuple[Path, ...] = ()
    work: Path | None = None
    case: str | None = None
    #: The case's own file below `cases/`.
    case_source: Path | None = None
    #: The place that file takes, relative to `path`, with `/`.
    case_target: str | None = None

    @property
    def id(self) -> str:
        """`theme/name`, or `theme/name[case]`."""
        case = f"[{self.case}]" if self.case is not None else ""
        return f"{self.theme}/{self.name}{case}"

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of all the scenario consists of: names, executable bits, contents.

        The files of other cases are left out, so that a new case leaves the rest valid.
        """
        whole = hashlib.sha256()
        for name, file in tree(self.path).items():
            if not name.startswith("cases/") or file == self.case_source:
                executable = os.access(file, os.X_OK)
                content = hashlib.sha256(
                    bytes(file.readlink()) if file.is_symlink() else file.read_bytes()
                )
                whole.update(os.fsencode(f"{name}\0{executable:d}{content.hexdigest()}\n"))
        return whole.hexdigest()

    def files(self, folder: Path) -> dict[str, Path]:
        """Return the files of *folder*, one of the scenario's, by name relative to it.

        The case's file is in its place there; that place need not exist in the folder.
        """
        found = tree(folder) if folder.is_dir() else {}
        if self.case_source is not None and self.case_target is not None:
            target = self.path / self.case_target
            if target.is_relative_to(folder):
                found[target.relative_to(folder).as_posix()] = self.case_source
        return dict(sorted(found.items()))

    def step_line(self, index: int) -> int:
        """Return the line (1-based) of scenario.toml on which step *index* (0-based) begins."""
        return Document.read(self.path / "scenario.toml").line("steps", index)


def tree(folder: Path) -> dict[str, Path]:
    """Return all files below *folder* by relative name, sorted; symlinks are not followed.

    `__pycache__` is not part of the corpus: pip compiles whatever a wheel installs, and
    the corpus is installed with envparity.
    """
    found: dict[str, Path] = {}

    def visit(directory: str, prefix: str) -> None:
        with os.scandir(directory) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    found[prefix + entry.name] = Path(entry.path)
                elif entry.name != "__pycache__":
                    visit(entry.path, f"{prefix}{entry.name}/")

    visit(os.fspath(folder), "")
    return dict(sorted(found.items()))


def read_scenario(folder: Path) -> tuple[list[Scenario], list[CorpusError]]:
    """Read one scenario folder: one Scenario per case, and every error there is.

    Where there are errors, the scenarios hold what could be understood; where
    scenario.toml cannot be read at all, there are none.
    """
    try:
        document = Document.read(folder / "scenario.toml")
    except CorpusError as error:
        return [], [error]
    if not document.data:
        document.complain("empty", hint="`summary`, `origin` and `steps` make a scenario")
        return [], document.errors
    document.check_keys(_KEYS)
    document.check_keys(("prefix",), "environment")
    scenario = Scenario(
        theme=folder.parent.name,
        name=folder.name,
        path=folder,
        summary=_read_summary(document),
        origin=_read_origin(document),
        python=document.specifier("python"),
        needs=_read_needs(document),
        steps=_read_steps(document),
        requirements=document.strings("requirements"),
        prefix_shape=_read_choice(document, PREFIX_SHAPES, "environment", "prefix") or "plain",
        refuses=_read_choice(document, REFUSALS, "refuses"),
        guarantee=_read_choice(document, GUARANTEES, "guarantee"),
        packages=_folders(folder / "packages"),
        wheels=_folders(folder / "wheels"),
        work=folder / "work" if (folder / "work").is_dir() else None,
    )
    _check_shape(document, scenario)
    scenarios = _expand(document, scenario)
    return scenarios, sorted(document.errors, key=lambda error: error.line or 0)


def load_scenario(folder: Path) -> list[Scenario]:
    """Read one scenario folder: one Scenario, or one per case, sorted.

    Raise CorpusError, the first there is, if it is not what the format allows. What
    is wrong inside the packages is for `lint_corpus` and `build_wheel` to say.
    """
    scenarios, errors = read_scenario(folder)
    if errors:
        raise errors[0]
    return scenarios


def scenario_folders(root: Path) -> list[Path]:
    """Return the scenario folders of the corpus at *root*, sorted by theme and name.

    Raise CorpusError if *root* is no folder.
    """
    if not root.is_dir():
        raise CorpusError("no such folder", path=root)
    themes = sorted(_folders(root))
    return [folder for theme in themes for folder in _folders(theme)]


def load_corpus(root: Path) -> list[Scenario]:
    """Read all scenarios below *root*, sorted by theme, name and case.

    Raise CorpusError, the first there is, as `load_scenario` does.
    """
    return [scenario for folder in scenario_folders(root) for scenario in load_scenario(folder)]


def _folders(folder: Path) -> tuple[Path, ...]:
    """Return the folders in *folder*, sorted; none if there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return ()
    return tuple(folder / name for name in sorted(names) if name != "__pycache__")


def is_named(name: str, pattern: str) -> bool:
    """Whether *pattern* names the scenario *name*: itself, its theme, its family or a glob."""
    plain = name.partition("[")[0]
    pattern = pattern.rstrip("/")
    return pattern in {name, plain, name.partition("/")[0]} or fnmatch.fnmatchcase(plain, pattern)


def _read_summary(document: Document) -> str:
    summary = document.get(str, "", "summary")
    if not summary:
        document.complain("`summary` is missing", "summary", hint="one sentence: what vanilla does")
    elif not 10 <= len(summary) <= 120 or "\n" in summary:
        hint = f"10 to 120 characters on one line, and these are {len(summary)}"
        document.complain("`summary` is not one short sentence", "summary", hint=hint)
    elif not summary[0].isupper() or len(summary.split()) < 3:
        hint = "a capital first, then at least three words"
        document.complain("`summary` is not a sentence", "summary", hint=hint)
    elif modal := _MODAL.search(summary):
        hint = "say what vanilla Python does, in the indicative"
        document.complain(f"`summary` says `{modal[0]}`", "summary", hint=hint)
    return summary


def _read_origin(document: Document) -> tuple[str, ...]:
    origin = document.strings("origin")
    hint = "owner/repo#123, PEP 405, an https:// address or CPython Doc/library/site.rst"
    if not origin:
        document.complain("`origin` is missing", "origin", hint=hint)
    for index, reference in enumerate(origin):
        if not _ORIGIN.fullmatch(reference):
            document.complain(f"`{reference}` is no reference", "origin", index, hint=hint)
    return origin


def _read_needs(document: Document) -> tuple[str, ...]:
    needs = document.strings("needs")
    for index, need in enumerate(needs):
        document.check_choice(need, NEEDS, "needs", index)
    return needs


def _read_choice(document: Document, known: Iterable[str], *place: str) -> str | None:
    choice = document.get(str, "", *place)
    if choice:
        document.check_choice(choice, known, *place)
    return choice or None


def _read_steps(document: Document) -> tuple[Step, ...]:
    steps = document.get(list, [], "steps")
    return tuple(_read_step(document, index, step) for index, step in enumerate(steps))


def _read_step(document: Document, index: int, step: object) -> Step:
    place = ("steps", index)
    if not isinstance(step, dict):
        run = document.get(str, "", *place)
        if not run.strip():
            document.complain("a step without a shell line", *place)
        return Step(run)
    document.check_keys(_STEP_KEYS, *place)
    run = document.get(str, "", *place, "run")
    if not run.strip():
        document.complain("a step without a shell line", *place, "run", hint="`run` holds it")
    status = document.get(int, 0, *place, "exit")
    if not 0 <= status <= 255:
        document.complain(f"no exit status: {status}", *place, "exit", hint="0 to 255")
    files = document.strings(*place, "files")
    for number, name in enumerate(files):
        if not _is_inside(name):
            hint = "a name or a glob relative to the working directory"
            document.complain(f"`{name}` is not in it", *place, "files", number, hint=hint)
    kind: type[float] = int if isinstance(step.get("timeout"), int) else float
    timeout = document.get(kind, 1.0, *place, "timeout")
    if timeout <= 0:
        document.complain("a time limit that is no time", *place, "timeout", hint="seconds")
    return Step(run, status, files, float(timeout) if "timeout" in step else None)


def _is_inside(name: str) -> bool:
    """Tell whether *name* is a relative path that stays where it starts."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _check_shape(document: Document, scenario: Scenario) -> None:
    """Complain of what does not go together."""
    contract = [key for key in ("refuses", "guarantee") if document.data.get(key)]
    if scenario.theme not in THEMES:
        hint = nearest(scenario.theme, THEMES)
        document.complain(f"unknown theme `{scenario.theme}`", hint=hint)
        return
    if bool(scenario.requirements) is not (scenario.theme == "wild"):
        hint = "what it installs from an index, by name"
        document.complain(
            "`requirements` and the theme `wild` go together", "requirements", hint=hint
        )
    if scenario.theme != "contract":
        for key in contract:
            document.complain(f"`{key}` is for the theme `contract`", key)
        if not scenario.steps:
            document.complain("`steps` is missing", "steps", hint="at least one shell line")
        return
    if len(contract) != 1:
        hint = "one of `refuses` and `guarantee`"
        document.complain("a contract states one thing", *contract[1:], hint=hint)
    if "steps" in document.data:
        document.complain("a contract has no steps", "steps", hint="the harness checks it")


def _expand(document: Document, scenario: Scenario) -> list[Scenario]:
    """Return one scenario per file in `cases/`, or the scenario itself if there is none."""
    target = document.get(str, "", "case-file")
    cases = scenario.path / "cases"
    sources = list(tree(cases).values()) if cases.is_dir() else []
    if sources and not target:
        hint = "`case-file` says which place in the scenario a case's file takes"
        document.complain("`cases/` without `case-file`", hint=hint)
    if not target:
        return [scenario]
    _check_case_target(document, scenario.path, target)
    if not sources:
        document.complain("`case-file` without a file in `cases/`", "case-file")
        return [scenario]
    expanded: dict[str, Scenario] = {}
    for source in sources:
        case = source.stem
        if case in expanded:
            hint = "the name without its suffix tells cases apart"
            document.complain(f"two cases are named `{case}`", "case-file", hint=hint)
        if not _CASE_NAME.fullmatch(case) or source.parent != cases:
            hint = "letters, digits and `.+-_`, right in `cases/`"
            document.complain(f"`{source.name}` is no name for a case", "case-file", hint=hint)
        expanded[case] = attrs.evolve(
            scenario,
            requirements=tuple(one.replace("{case}", case) for one in scenario.requirements),
            case=case, case_source=source, case_target=target,
            work=scenario.path / "work" if target.startswith("work/") else scenario.work,
        )  # fmt: skip
    return [expanded[case] for case in sorted(expanded)]


def _check_case_target(document: Document, folder: Path, target: str) -> None:
    home, *rest = PurePosixPath(target).parts
    if not _is_inside(target) or home not in CASE_HOMES or not rest:
        hint = "a file below `packages/`, `wheels/` or `work/`"
        document.complain(f"no place for a case: `{target}`", "case-file", hint=hint)
    elif home != "work" and (len(rest) < 2 or not (folder / home / rest[0]).is_dir()):
        known = [path.name for path in _folders(folder / home)]
        hint = nearest(rest[0], known) if known else f"make a folder in `{home}/`"
        document.complain(f"no such package: `{home}/{rest[0]}`", "case-file", hint=hint)
