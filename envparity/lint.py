"""The corpus, proof-read: every error in every scenario, and not only the first.

Loading checks what each scenario.toml says. Proof-reading also opens the packages,
looks for files that nothing reads, and compares the scenarios with one another.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from envparity.document import Document, nearest
from envparity.errors import CorpusError
from envparity.index import LOCK, read_lock
from envparity.package import Package, distribution_name, read_package
from envparity.scenario import THEMES, Scenario, read_scenario, scenario_folders, tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ENTRIES = ("scenario.toml", "packages", "wheels", "work", "cases")
_NAME = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")
#: What Python and pip read without being told to (site, PEP 668), and what is in every package.
_READ_BY_ITSELF = re.compile(r"\.pth|\._pth|(site|user)customize|EXTERNALLY-MANAGED")
_IN_EVERY_PACKAGE = {"", "bin", "lib", "src", "share", "data", "etc", "include", "__init__", "main"}
_IN_EVERY_PACKAGE |= {".py", ".c", ".h", ".toml", ".txt"}


def lint_corpus(root: Path) -> list[CorpusError]:
    """Return every error in the corpus at *root*, sorted by path and line.

    Raise CorpusError only if *root* is no folder.
    """
    errors: list[CorpusError] = []
    named: defaultdict[str, list[Path]] = defaultdict(list)
    folders = scenario_folders(root)
    errors += _lint_above(root)
    if (root / "wild" / LOCK).exists():
        errors += read_lock(root / "wild" / LOCK)[1]
    for folder in folders:
        if folder.parent.name in THEMES:
            named[folder.name].append(folder)
            errors += lint_scenario(folder)
    for name, twins in named.items():
        for twin in twins[1:]:
            hint = f"the other is {twins[0].parent.name}/{name}"
            errors.append(CorpusError("a second scenario of this name", hint=hint, path=twin))
    return sorted(errors, key=_order)


def lint_scenario(folder: Path) -> list[CorpusError]:
    """Return every error in one scenario folder, sorted by path and line."""
    scenarios, errors = read_scenario(folder)
    errors += _lint_folder(folder)
    for scenario in scenarios:
        errors += _lint_packages(scenario)
    if scenarios:
        errors += _lint_names(scenarios[0])
        errors += _lint_variables(scenarios[0])
    if scenarios and not errors:
        errors += _lint_usage(scenarios)
        errors += _lint_requirements(scenarios)
    # Cases share all files but one.
    unique = {str(error): error for error in errors}
    return sorted(unique.values(), key=_order)


def _order(error: CorpusError) -> tuple[str, int, str]:
    return (str(error.path), error.line or 0, error.message)


def _lint_above(root: Path) -> Iterator[CorpusError]:
    """Look at what lies above the scenario folders."""
    for path in _entries(root):
        if not path.is_dir():
            if path.name != "README.md":
                yield CorpusError("a stray file", hint="themes are folders", path=path)
        elif path.name not in THEMES:
            hint = nearest(path.name, THEMES)
            yield CorpusError(f"unknown theme `{path.name}`", hint=hint, path=path)
        else:
            for inner in _entries(path):
                if not inner.is_dir() and (path.name, inner.name) != ("wild", LOCK):
                    yield CorpusError("a stray file", hint="scenarios are folders", path=inner)


def _lint_folder(folder: Path) -> Iterator[CorpusError]:
    """Look for names and files that do not belong into a scenario's folder."""
    if not _NAME.fullmatch(folder.name):
        hint = "small letters and digits, with `-` or `.` between them"
        yield CorpusError(f"no name for a scenario: `{folder.name}`", hint=hint, path=folder)
    for path in _entries(folder):
        if path.name not in _ENTRIES:
            yield CorpusError("a stray file", hint=nearest(path.name, _ENTRIES), path=path)
        elif path.name == "scenario.toml":
            continue
        elif not path.is_dir():
            yield CorpusError("not a folder", path=path)
        elif not any(path.iterdir()):
            yield CorpusError("an empty folder", path=path)
        elif path.name in ("packages", "wheels"):
            for inner in _entries(path):
                if inner.is_symlink() or not inner.is_dir():
                    yield CorpusError("a stray file", hint="packages are folders", path=inner)
        else:
            for inner in tree(path).values():
                if inner.is_symlink() or not inner.is_file():
                    hint = "the corpus travels in a wheel; let a step make it"
                    yield CorpusError("neither a file nor a folder", hint=hint, path=inner)


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != "__pycache__")


def _lint_packages(scenario: Scenario) -> Iterator[CorpusError]:
    """Look into the packages, and at what it takes to build them."""
    document = Document.read(scenario.path / "scenario.toml")
    for folder in (*scenario.packages, *scenario.wheels):
        package, errors = read_package(folder, files=scenario.files(folder))
        yield from errors
        for need in package.needs:
            if need not in scenario.needs:
                document.complain(
                    f"`{folder.name}` is compiled, and `needs` lacks `{need}`", "needs"
                )
    yield from document.errors


def _lint_names(scenario: Scenario) -> Iterator[CorpusError]:
    """Look for folders that are one distribution (PyPA's normalised names)."""
    if scenario.refuses == "two-versions":
        return
    for folders in (scenario.packages, scenario.wheels):
        names: dict[str, Path] = {}
        for folder in folders:
            if "@" in folder.name:
                hint = 'only `refuses = "two-versions"` has two folders of one name'
                yield CorpusError("a distinction without need", hint=hint, path=folder)
                continue
            twin = names.setdefault(canonicalize_name(distribution_name(folder)), folder)
            if twin != folder:
                message = f"the same distribution as `{twin.name}`"
                yield CorpusError(message, hint="names are normalised", path=folder)


def _lint_usage(scenarios: list[Scenario]) -> Iterator[CorpusError]:
    """Look for packages that nothing names: no step, no file of a step, no other package.

    A package is used, too, where it requires one that is: plugins know their host.
    """
    scenario = scenarios[0]
    if scenario.theme == "contract":  # the builder is who uses them
        return
    if scenario.wheels and not any("WHEELS" in step.run for step in scenario.steps):
        hint = "no step says `$WHEELS`"
        yield CorpusError("wheels used by nobody", hint=hint, path=scenario.path / "wheels")
        return
    texts: defaultdict[Path, str] = defaultdict(str)
    packages: dict[Path, Package] = {}
    for case in scenarios:
        for folder in (*case.packages, *case.wheels):
            files = case.files(folder)
            packages[folder], _ = read_package(folder, files=files)
            texts[folder] += _texts(files.values())
        texts[scenario.path] += _texts(case.files(case.path / "work").values())
    texts[scenario.path] += "\n".join(step.run for step in scenario.steps)
    words = {place: _words(text) for place, text in texts.items()}
    used = set()
    for folder, package in packages.items():
        others = set[str]().union(*(said for place, said in words.items() if place != folder))
        if any(map(_READ_BY_ITSELF.search, package.files)) or _names(package) & others:
            used.add(folder)
    named = {canonicalize_name(package.name): folder for folder, package in packages.items()}
    for folder, package in packages.items():
        required = {named.get(canonicalize_name(Requirement(one).name)) for one in package.requires}
        if folder not in used and not required & used:
            hint = "no step and no other package names it, or anything in it"
            yield CorpusError("a package used by nobody", hint=hint, path=folder)


def _lint_requirements(scenarios: list[Scenario]) -> Iterator[CorpusError]:
    """Look for distributions of an index that the theme's lock does not pin."""
    document = Document.read(scenarios[0].path / "scenario.toml")
    lock, _ = read_lock(scenarios[0].path.parent / LOCK)
    for scenario in scenarios:
        for name in scenario.requirements:
            try:
                pinned = canonicalize_name(Requirement(name).name) in lock.pins
            except InvalidRequirement:
                document.complain(f"no requirement: `{name}`", "requirements", hint="see PEP 508")
                continue
            if not pinned:
                document.complain(f"`{LOCK}` does not pin `{name}`", "requirements")
    yield from document.errors


def _texts(files: Iterable[Path]) -> str:
    return "".join(file.read_bytes().decode(errors="replace") + "\n" for file in files)


def _words(text: str) -> set[str]:
    """The words of *text*, and what they consist of: `light-off.sh` has `light` and `.sh`."""
    found = set(re.findall(r"[\w.-]+", text))
    return found | {part for word in found for part in re.findall(r"\.?[^\W_]+", word)}


def _names(package: Package) -> set[str]:
    """What others may call *package*, its files, its programs and its groups of plugins."""
    names = {package.name, *package.entry_points}
    names |= {name for group in package.entry_points.values() for name in group}
    names |= {binary.output for binary in package.binaries}
    return {word for name in names | {*package.files} for word in _words(name)} - _IN_EVERY_PACKAGE


def _lint_variables(scenario: Scenario) -> Iterator[CorpusError]:
    """Look for shell variables that stand for something the scenario does not have."""
    document = Document.read(scenario.path / "scenario.toml")
    has = {
        "WHEELS": (bool(scenario.wheels), "a folder `wheels/`"),
        "CASE": (scenario.case is not None, "a folder `cases/`"),
        "OTHER_PYTHON": ("two-pythons" in scenario.needs, 'needs = ["two-pythons"]'),
    }
    for index, step in enumerate(scenario.steps):
        for name, (there, hint) in has.items():
            if not there and re.search(rf"\$({name}\b|\{{{name}\b)", step.run):
                document.complain(f"`${name}` stands for nothing here", "steps", index, hint=hint)
    yield from document.errors
