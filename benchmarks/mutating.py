"""Changes one expression of the reference at a time, and runs the unit tests that reach it.

Used by mutants.py, which says why. A mutant is a fork of the process in which the tests were
collected; the code of its function is replaced in place, so that whoever imported it has the
mutant.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import libcst
import pytest
from hypothesis import Phase, settings
from mutmut.mutation import file_mutation

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "docs" / "mutants.json"
MODULES = (
    "wrapping", "scripts", "tree", "build", "requirements", "packages", "rerooting", "base",
    "store", "interpreter", "launcher", "__main__",
)  # fmt: skip
#: Enough to tell versions, builds and layouts apart; all of them take four times as long.
PYTHONS = ("2.7", "3.12")
#: How many seconds of tests that are not the module's own are tried, the quickest first.
BUDGET = 3.0
#: They take long, and quicker ones notice the same.
SLOW = (
    "test_every_source_file", "test_the_base_is_left_alone", "test_many_at_once", "test_killed",
)  # fmt: skip
#: Their tests start processes, in which no line is traced.
IN_PROCESSES = ("__main__", "store")
PROCESS_TESTS = ("test_bad_outputs", "test_umask", "test_trees", "test_main")


@dataclass
class Mutant:
    """One change of one line, and what noticed it."""

    module: str
    function: str
    line: int
    before: str
    after: str
    killed_by: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What says which mutant it is, as long as the line is the same."""
        return self.module, self.function, self.before, self.after


class Visitor(file_mutation.MutationVisitor):
    """mutmut's, which leaves decorated functions alone since it could not call their mutants."""

    def _create_mutations(self, node: libcst.CSTNode) -> None:
        # mutmut changes a string in three ways; one shows whether anybody reads it.
        made = len(self.mutations)
        super()._create_mutations(node)
        if isinstance(node, libcst.SimpleString):
            del self.mutations[made + 1 :]

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.FunctionDef):
            return False
        return super()._skip_node_and_children(node)


def mutants_of(module: str) -> Iterator[tuple[Mutant, str]]:
    """Each mutant of a module of the reference, and the module's source with it."""
    source = (ROOT / "reference" / f"{module}.py").read_text()
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(ROOT):
        patch.setattr(file_mutation, "MutationVisitor", Visitor)
        tree, mutations, _, _ = file_mutation.create_mutations(f"{module}.py", source)
    names = _function_names(tree)
    lines = source.splitlines()
    for mutation in mutations:
        if mutation.contained_by_top_level_function not in names:
            continue
        new, old = mutation.mutated_node, mutation.original_node
        changed = file_mutation.deep_replace(tree, old, new)
        assert isinstance(changed, libcst.Module)
        others = changed.code.splitlines()
        start = _shared(lines, others)
        end = _shared(lines[start:][::-1], others[start:][::-1])
        before = " ".join(map(str.strip, lines[start : len(lines) - end]))
        after = " ".join(map(str.strip, others[start : len(others) - end]))
        name = names[mutation.contained_by_top_level_function]
        yield Mutant(module, name, start + 1, before, after), changed.code


def _shared(lines: Sequence[str], others: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = zip(lines, others, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _function_names(tree: libcst.Module) -> dict[libcst.CSTNode, str]:
    names: dict[libcst.CSTNode, str] = {}
    for node in tree.body:
        if isinstance(node, libcst.FunctionDef):
            names[node] = node.name.value
        elif isinstance(node, libcst.ClassDef):
            for child in node.body.body:
                if isinstance(child, libcst.FunctionDef):
                    names[child] = f"{node.name.value}.{child.name.value}"
    return names


def _functions(namespace: dict[str, Any], module: str) -> Iterator[tuple[str, FunctionType]]:
    """The functions that *module* defines, methods and what decorators wrap among them."""
    for name, value in namespace.items():
        if isinstance(value, type) and value.__module__ == module:
            yield from _functions(dict(vars(value)), module)
        wrapped = getattr(value, "fget", None) or getattr(value, "func", None)
        function = getattr(wrapped or value, "__wrapped__", wrapped or value)
        if isinstance(function, FunctionType) and function.__module__ == module:
            yield f"{function.__qualname__} {name}", function


def mutate(module: str, source: str) -> None:
    """Give the functions of the imported *module* the code that they have in *source*."""
    name = f"reference.{module}"
    imported = sys.modules[name]
    assert imported.__file__
    Path(imported.__file__).write_text(source)
    new: dict[str, Any] = {"__name__": name, "__package__": "reference", "__doc__": ""}
    new["__file__"] = imported.__file__
    exec(compile(source, imported.__file__, "exec"), new)
    changed = dict(_functions(new, name))
    for place, function in _functions(vars(imported), name):
        function.__code__ = changed[place].__code__
        function.__defaults__ = changed[place].__defaults__
        function.__kwdefaults__ = changed[place].__kwdefaults__


class Judge:
    """The pytest plugin that runs the mutants instead of the tests."""

    def __init__(self, modules: Sequence[str], folder: Path, *, again: bool) -> None:
        self.modules = modules
        self.again = again
        self.folder = folder
        self.failed = False
        self.reason = ""
        self.terminal = os.dup(2)
        self.seconds: dict[str, float] = {}
        self.tests: dict[tuple[str, int], list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what takes too long."""
        items[:] = [item for item in items if not any(name in item.nodeid for name in SLOW)]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests once to see what they reach, and then each mutant."""
        conftest = importlib.import_module("tests.reference.conftest")
        for executable in conftest.EXECUTABLES:
            conftest.ask(executable)
        self.look(session)
        items = {item.nodeid: item for item in session.items}
        for module in self.modules:
            known = {mutant.key: mutant.killed_by for mutant in read_record() if self.again}
            found = []
            for mutant, source in mutants_of(module):
                if killed_by := known.get(mutant.key):
                    mutant.killed_by = killed_by
                    found.append(mutant)
                    continue
                tests = [items[name] for name in self.choose(module, mutant.line)]
                mutant.killed_by = self.judge(mutant, source, tests)
                found.append(mutant)
                if not mutant.killed_by:
                    self.say(f"{module}:{mutant.line}: {mutant.after}")
            write_record([*(one for one in read_record() if one.module != module), *found])
            self.say(f"{module}: {sum(bool(one.killed_by) for one in found)} of {len(found)}")
        return True

    def say(self, text: str) -> None:
        """Print a line, whatever pytest captures."""
        os.write(self.terminal, f"{text}\n".encode())

    def choose(self, module: str, line: int) -> list[str]:
        """The tests that reach a line: the module's own, and others as the budget allows."""
        reach = self.tests.get((module, line))
        if reach is None:  # the default of a parameter, say, which is worked out at import
            reach = [name for at in self.tests if at[0] == module for name in self.tests[at]]
        names = sorted(set(reach), key=lambda name: self.seconds[name])
        own = [name for name in names if f"/test_{module.strip('_')}" in name]
        if module in IN_PROCESSES:
            own += [name for name in self.seconds if any(one in name for one in PROCESS_TESTS)]
        left = BUDGET * (10 if self.again else 1)
        for name in names:
            left -= self.seconds[name]
            if left > 0:
                own.append(name)
        return sorted(dict.fromkeys(own), key=lambda name: self.seconds[name])

    def fails(self, item: pytest.Item, after: pytest.Item | None) -> bool:
        """Run one test."""
        self.failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        return self.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notice that a test failed."""
        self.failed |= report.failed
        self.reason = report.longreprtext if report.failed else self.reason

    def look(self, session: pytest.Session) -> None:
        """Which test reaches which line of the reference, and how long does it take?"""
        told = self.folder / "lines.json"
        pid = os.fork()
        if not pid:
            with _quiet():
                facts = []
                for item, after in _with_next(session.items):
                    lines: set[tuple[str, int]] = set()
                    start = time.perf_counter()
                    sys.settrace(functools.partial(_trace, lines, str(self.folder / "reference")))
                    failed = self.fails(item, after)
                    sys.settrace(None)
                    facts.append((item.nodeid, time.perf_counter() - start, sorted(lines)))
                    if failed:
                        told.write_text(f"{item.nodeid}\n{self.reason}")
                        os._exit(1)
                told.write_text(json.dumps(facts))
        if os.waitpid(pid, 0)[1]:
            self.reason = f"without any mutant there fails {told.read_text()}"
            pytest.exit(self.reason)
        for name, seconds, lines in json.loads(told.read_text()):
            self.seconds[name] = seconds
            for module, line in lines:
                self.tests[module, line].append(name)

    def judge(self, mutant: Mutant, source: str, items: Sequence[pytest.Item]) -> str:
        """The test that notices the mutant, or nothing."""
        told, path = self.folder / "told", self.folder / "reference" / f"{mutant.module}.py"
        told.write_text("")
        original = path.read_text()
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)
            with _quiet():
                told.write_text("import")
                if mutant.module in ("interpreter", "store"):
                    conftest = importlib.import_module("tests.reference.conftest")
                    conftest.__dict__["ANSWERS"] = Path(tempfile.mkdtemp(dir=self.folder))
                    conftest.ask.cache_clear()
                mutate(mutant.module, source)
                for item, after in _with_next(items):
                    told.write_text(item.nodeid)
                    if self.fails(item, after):
                        os._exit(1)
        limit = 20 + 10 * sum(self.seconds[item.nodeid] for item in items)
        deadline = time.monotonic() + limit
        status: int | None = None
        while status is None and time.monotonic() < deadline:
            time.sleep(0.005)
            done, code = os.waitpid(pid, os.WNOHANG)
            status = code if done else None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        if status is None:
            os.waitpid(pid, 0)
        path.write_text(original)
        return "" if status == 0 else told.read_text()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """A forked child says nothing and ends here, with 1 where anything was raised."""
    code = 1
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        yield
        code = 0
    finally:
        os._exit(code)


def _with_next(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return itertools.zip_longest(items, items[1:])


def _trace(lines: set[tuple[str, int]], folder: str, frame: FrameType, *_: object) -> Any:
    """Called by sys.settrace for each frame; lines of the reference are remembered."""
    path = frame.f_code.co_filename
    if not path.startswith(folder):
        return None
    module = Path(path).stem

    def note(frame: FrameType, *_: object) -> Any:
        lines.add((module, frame.f_lineno))
        return note

    return note


def read_record() -> list[Mutant]:
    """What is known of the mutants."""
    return [Mutant(**fact) for fact in json.loads(RECORD.read_text())] if RECORD.exists() else []


def write_record(mutants: Sequence[Mutant]) -> None:
    """Keep what is known of the mutants, in the order of the modules."""
    mutants = sorted(mutants, key=lambda one: (MODULES.index(one.module), one.line))
    RECORD.write_text("[\n" + ",\n".join(json.dumps(asdict(one)) for one in mutants) + "\n]\n")


#: A compiler that remembers: each fork has a store of its own, and would compile each launcher.
COMPILER = """#!{python}
import hashlib, os, shutil, subprocess, sys
words, at = sys.argv[1:], sys.argv.index("-o")
sources = [open(word, "rb").read() for word in words if word.endswith(".c")]
key = hashlib.sha256(repr((words[:at - 1] + words[at:], sources)).encode()).hexdigest()
kept = os.path.join({folder!r}, key)
if not os.path.exists(kept):
    draft = "%s.%d" % (kept, os.getpid())
    done = subprocess.run(["cc", *words])
    if done.returncode:
        sys.exit(done.returncode)
    shutil.copy(words[at], draft)
    os.rename(draft, kept)
shutil.copy(kept, words[at])
"""


def prepare(folder: Path) -> None:
    """Make a copy of the checkout to mutate, and be in it."""
    ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in ("reference", "tests", "scenarios/wrappers"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "compiled").mkdir()
    compiler = folder / "cc"
    compiler.write_text(COMPILER.format(python=sys.executable, folder=str(folder / "compiled")))
    compiler.chmod(0o755)
    # Interpreters are found in HOME: the few that are wanted, as links.
    for python in Path("~/.pyenv/versions").expanduser().glob("*/bin/python?.*"):
        if python.name.removeprefix("python") in PYTHONS:
            place = folder / "home" / ".pyenv" / "versions" / python.parts[-3] / "bin"
            place.mkdir(parents=True, exist_ok=True)
            (place / python.name).symlink_to(python)
    (folder / "elsewhere").mkdir()
    os.environ.update(CC=str(compiler), HOME=str(folder / "home"), HYPOTHESIS_PROFILE="mutants")
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder / "elsewhere")
    os.chdir(folder)
    sys.path[:] = [str(folder)] + [path for path in sys.path if Path(path or ".") != ROOT]


def run_tests(modules: Sequence[str], tests: Sequence[str], *, again: bool) -> None:
    """Judge every mutant of the modules with the unit tests."""
    phases = (Phase.explicit, Phase.generate)  # nobody reads the smallest example
    settings.register_profile(
        "mutants", max_examples=100, deadline=None, derandomize=True, phases=phases,
        report_multiple_bugs=False, database=None,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        options = ["-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={folder}/tmp"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        with Path(os.devnull).open("w") as null, contextlib.redirect_stdout(null):
            judge = Judge(modules, folder, again=again)
            status = pytest.main([*options, *tests], plugins=[judge])
        tempfile.tempdir = None
        os.chdir(ROOT)
    if status:
        sys.exit(judge.reason or "pytest failed")
