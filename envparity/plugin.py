"""The pytest plugin: a corpus is a directory of cells, and a cell is a test.

`pytest --builder reference -n auto -k nested` works as anybody expects of pytest; `envparity run`
is the same with a display of its own. The controller makes the plan and writes the report;
workers of pytest-xdist read the plan, collect without starting a process, and judge cells.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envparity import remote
from envparity.builders import KINDS
from envparity.collecting import VERDICT, Worker
from envparity.controller import ATTRIBUTE, Controller
from envparity.errors import EnvparityError
from envparity.interruption import Interrupted
from envparity.plan import Plan, Settings
from envparity.report import SESSION
from envparity.report.products import PRODUCTS
from envparity.report.terminal import printable
from envparity.shard import Shard


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the harness, for plain pytest."""
    group = parser.getgroup("envparity")
    group.addoption(
        "--builder",
        action="append",
        metavar="KIND[:ARGUMENT]",
        help=f"judge the corpus with this builder (repeatable): {', '.join(KINDS)}",
    )
    group.addoption("--python", metavar="SPEC", help="interpreters: 3.12, 3.8-3.13, all, a path")
    group.addoption(
        "--scenario", action="append", metavar="NAME", help="only these: a name, theme or glob"
    )
    group.addoption("--corpus", type=Path, metavar="FOLDER", help="scenarios of your own")
    group.addoption(
        "--report", type=Path, metavar="FILE", help="write the run's report (JSON lines)"
    )
    group.addoption(
        "--cache-folder", type=Path, metavar="FOLDER", help="instead of the user's cache"
    )
    group.addoption(
        "--no-namespaces", action="store_true", help="do without private mount namespaces"
    )
    group.addoption(
        "--expectations", type=Path, metavar="PLACE", help="known failures: a file or a folder"
    )
    group.addoption(
        "--update-expectations",
        action="store_true",
        help="write what fails into the expectations, and take out what no longer does",
    )
    group.addoption("--fresh", action="store_true", help="judge again what has not changed")
    group.addoption(
        "--recall", action="store_true", help="collect only the cells that have to be judged"
    )
    group.addoption("--profile", action="store_true", help="show where the seconds went")
    group.addoption("--shuffle", type=int, metavar="SEED", help="judge cells in another order")
    group.addoption(
        "--baseline", type=Path, metavar="FILE", help="green is what is no worse than this report"
    )
    group.addoption(
        "--require", action="append", metavar="NAME", help="at parity, whatever the baseline says"
    )
    for name, words in PRODUCTS.items():  # pytest-html has taken --html
        group.addoption(
            f"--report-{name}", type=Path, metavar="FILE", help=f"write {words}, - for here"
        )
    group.addoption("--shard", metavar="K/N", help="only part K of N of the cells")
    group.addoption(  # pytest has taken --durations
        "--durations-of", type=Path, metavar="FILE", help="an earlier report, to deal shards by"
    )
    group.addoption(
        "--no-evidence", action="store_true", help="keep less of cells that fail in the report"
    )
    group.addoption("--show-vanilla", action="store_true", help="with a failure, what vanilla does")
    group.addoption("--bisect", action="store_true", help="exit with 125 where nothing can be said")


def settings_of(config: pytest.Config) -> Settings:
    """The settings in pytest's options."""
    option = config.option
    given: dict[str, Any] = {
        "builders": tuple(dict.fromkeys(option.builder)),
        "python": option.python,
        "scenarios": tuple(option.scenario or ()),
        "namespaces": not option.no_namespaces,
        "shuffle": option.shuffle,
        "fresh": option.fresh,
        "recall": option.recall,
        "update_expectations": option.update_expectations,
        "shard": None if option.shard is None else Shard.parse(option.shard),
        "evidence": not option.no_evidence,
    }
    if option.corpus is not None:
        given["corpus"] = option.corpus.absolute()
    if option.expectations is not None:
        given["expectations"] = option.expectations.absolute()
    if option.durations_of is not None:
        given["durations"] = option.durations_of.absolute()
    if option.cache_folder is not None:
        given["cache"] = option.cache_folder.absolute()
    return Settings(**given)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Cells differ in cost by a factor of hundred: idle workers take work from busy ones."""
    option = config.option
    if option.builder and getattr(option, "numprocesses", None) and option.dist == "no":
        option.dist = "worksteal"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the plan, or read it in a worker."""
    option = config.option
    if not option.builder or option.help:
        return
    workerinput = getattr(config, "workerinput", None)
    session: Worker
    try:
        if workerinput is None:
            session = Controller(config, settings_of(config))
            if session.plan.recalled and not session.has_work:
                option.dist, option.tx = "no", []  # a worker takes longer to start than the rest
        else:
            session = _worker(workerinput, option.corpus)
    except EnvparityError as error:
        raise pytest.UsageError(printable(str(error))) from None
    except OSError as error:  # a disk that is full, a folder that vanished
        where = f"{error.filename}: " if error.filename else ""
        raise pytest.UsageError(f"{where}{error.strerror or error}") from None
    except Interrupted as stop:
        # There is nobody yet who would tell.
        sys.stderr.write(f"envparity: {stop}: nothing was judged\n")
        raise
    config.pluginmanager.register(session, SESSION)


def _worker(given: dict[str, Any], corpus: Path) -> Worker:
    """A worker of the run that *given* tells of: on this machine, or on another."""
    if remote.TERMS in given:
        plan, workspace = remote.join(given[remote.TERMS], corpus)
        return Worker(plan, given["workerid"], workspace)
    return Worker(Plan.load(Path(given[remote.WORKSPACE])), given["workerid"])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let the verdict travel with pytest's own report."""
    result: Any = yield
    report = result.get_result()
    verdict = item.stash.get(VERDICT, None)
    if report.when == "call" and verdict is not None:
        setattr(report, ATTRIBUTE, json.dumps(verdict.to_json()))
