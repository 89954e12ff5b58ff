"""The command line: `envparity run` and what helps to understand it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click
import pytest
from rich.table import Table
from rich.text import Text

from envparity import __version__, builders, gate
from envparity.builders.bug import bug_names
from envparity.cache import Cache, default_folder
from envparity.controller import SKIP_REVISION
from envparity.defect import check_coverage
from envparity.errors import EnvparityError
from envparity.expectation import lint_expectations
from envparity.inquiry import explain, shrink
from envparity.interpreter import discover
from envparity.kills import KillMatrix, check_kills, write_matrix
from envparity.lint import lint_corpus
from envparity.plan import Corpus, data_folder
from envparity.report.changes import changes
from envparity.report.jsonl import read_report
from envparity.report.terminal import link, make_console
from envparity.scenario import Scenario, tree

EXIT_STATUSES = """\b
Exit status:
  0  parity in every cell that applies, but for expected failures
  1  a cell differs, is refused or in error; or cells are missing
  2  stopped by the keyboard, or by SIGTERM or SIGHUP
  3  an error in envparity itself
  4  a command line or a machine that cannot be served
  5  nothing was judged
With --baseline, 0 says that nothing got worse. With --bisect, 125 says that a cell is in error or
not supported, so that nothing can be said of this revision.
"""


# pytest's number for a command line that cannot be served; click's own would be 2.
click.UsageError.exit_code = 4


class _Group(click.Group):
    """Turns the errors of envparity into one line and their exit status."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except EnvparityError as error:
            _fail(error)


def _fail(error: EnvparityError) -> NoReturn:
    click.echo(f"envparity: {error}", err=True)
    sys.exit(error.exit_status)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="envparity")
def main() -> None:
    """Does a Python environment still behave like Python?

    Every scenario runs twice: in a vanilla CPython with the packages really installed in it, and
    in the environment that a builder made. Every observable difference is a failure.
    """


def _builder_help() -> str:
    kinds = "; ".join(f"{kind}: {words}" for kind, words in builders.KINDS.items())
    return f"What makes the environments (repeatable). {kinds}. Default: reference."


@main.command(epilog=EXIT_STATUSES)
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option("--builder", "-b", "names", multiple=True, metavar="KIND[:ARG]", help=_builder_help())
@click.option(
    "--python",
    "-p",
    metavar="SPEC",
    help="Interpreters: 3.12, 3.8-3.13, 2.7,3.12, a path, or all. "
    "Default: the newest build of each minor version.",
)
@click.option("--workers", "-n", default="auto", show_default=True, metavar="N|auto")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report (JSON lines).")
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
@click.option("--cache", type=click.Path(path_type=Path), help="Instead of the user's cache.")
@click.option("--expectations", type=click.Path(path_type=Path), help="Known failures.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    help="An earlier report: only what is worse than it fails the run.",
)
@click.option(
    "--require",
    "required",
    multiple=True,
    metavar="SCENARIO",
    help="At parity, whatever the baseline and expectations say (repeatable).",
)
@click.option("--bisect", is_flag=True, help="For git bisect run: 125 where nothing can be said.")
@click.option(
    "--update-expectations",
    is_flag=True,
    help="Write what fails into the expectations, and take out what no longer does.",
)
@click.option("--no-namespaces", is_flag=True, help="Do without private mount namespaces.")
@click.option("--shuffle", type=int, metavar="SEED", help="Judge the cells in another order.")
@click.option("--exitfirst", "-x", is_flag=True, help="Stop at the first failure.")
@click.option("--verbose", "-v", count=True, help="Every row, every story.")
@click.option("--quiet", "-q", count=True, help="Only failures and the totals.")
def run(
    scenarios: tuple[str, ...],
    names: tuple[str, ...],
    python: str | None,
    workers: str,
    report: Path | None,
    corpus: Path | None,
    cache: Path | None,
    expectations: Path | None,
    baseline: Path | None,
    required: tuple[str, ...],
    bisect: bool,
    update_expectations: bool,
    no_namespaces: bool,
    shuffle: int | None,
    exitfirst: bool,
    verbose: int,
    quiet: int,
) -> NoReturn:
    """Judge builders with the corpus, or with the SCENARIOs named (theme/name, theme, glob)."""
    if workers != "auto" and not workers.isdigit():
        raise click.UsageError(f"--workers takes a number or auto, not {workers!r}")
    root = (corpus or data_folder() / "scenarios").absolute()
    arguments = [
        str(root),
        f"--corpus={root}",
        # pytest would otherwise look for a configuration in the caller's folder.
        f"--config-file={os.devnull}",
        f"--rootdir={root.parent}",
        "--noconftest",
        "-pno:cacheprovider",
        "-penvparity.plugin",
        "-penvparity.report.display",
        "-pxdist",
        "--dist=worksteal",
        f"--numprocesses={workers}",
        *(f"--builder={name}" for name in names or ("reference",)),
        *(f"--scenario={name}" for name in scenarios),
        *(f"--require={name}" for name in required),
    ]
    if python is not None:
        arguments.append(f"--python={python}")
    if report is not None:
        arguments.append(f"--report={report.absolute()}")
    if cache is not None:
        arguments.append(f"--cache-folder={cache.absolute()}")
    if expectations is not None:
        arguments.append(f"--expectations={expectations.absolute()}")
    if shuffle is not None:
        arguments.append(f"--shuffle={shuffle}")
    if baseline is not None:
        arguments.append(f"--baseline={baseline.absolute()}")
    if bisect:
        arguments.append("--bisect")
    if update_expectations:
        arguments.append("--update-expectations")
    if no_namespaces:
        arguments.append("--no-namespaces")
    if exitfirst:
        arguments.append("--exitfirst")
    arguments += ["-v"] * verbose + ["-q"] * quiet
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    status = int(pytest.main(arguments))
    # For git bisect every other status than 0 would be bad, and a builder that cannot even
    # describe itself is found out before a cell is judged.
    sys.exit(SKIP_REVISION if bisect and status > 1 else status)


@main.command(name="compare")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("news", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="NEW...")
@click.option(
    "--require",
    "required",
    multiple=True,
    metavar="SCENARIO",
    help="At parity, whatever OLD says: a name, a theme or a glob (repeatable).",
)
@click.option("--verbose", "-v", is_flag=True, help="The story of every failure.")
def compare_reports(
    old: Path, news: tuple[Path, ...], required: tuple[str, ...], verbose: bool
) -> None:
    """Say what changed from the report OLD to NEW, and whether anything got worse.

    Several NEWs are runs of one thing: a cell on which they disagree is flaky. Exit status: 0
    nothing got worse, 1 something did, 4 a report that is cut off, foreign or contradictory.
    """
    found = gate.compare(read_report(old), [read_report(one) for one in news], require=required)
    console = make_console()
    for line in changes(found, verbose=verbose):
        console.print(line, soft_wrap=True)
    sys.exit(0 if found.is_green else 1)


main.add_command(shrink)
main.add_command(explain)


@main.command()
@click.option("--cache", type=click.Path(path_type=Path), help="Instead of the user's cache.")
def interpreters(cache: Path | None) -> None:
    """Show every CPython that was found, and where."""
    found, problems = discover(cache_dir=Cache.at(cache or default_folder()).folder)
    console = make_console()
    table = Table(box=None, pad_edge=False)
    for heading in ("python", "prefix", "build", "found in"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "prefix")
    for one in found:
        table.add_row(one.label, str(one.prefix), one.build_kind, ", ".join(one.found_in))
    console.print(table)
    for problem in problems:
        console.print(Text(f"left out: {problem}", style="yellow"))
    if not found:
        sys.exit(5)


@main.command(name="list")
@click.argument("patterns", nargs=-1, metavar="[SCENARIO]...")
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
def list_scenarios(patterns: tuple[str, ...], corpus: Path | None) -> None:
    """List scenarios with what vanilla does in each."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for scenario in _read(corpus, patterns).scenarios:
        table.add_row(Text(scenario.id), Text(scenario.summary))
    make_console().print(table)


@main.command()
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
def show(names: tuple[str, ...], corpus: Path | None) -> None:
    """Show what a scenario does, where it comes from, and its files."""
    for scenario in _read(corpus, names).scenarios:
        _show(scenario)


def _show(scenario: Scenario) -> None:
    console = make_console()
    console.print(Text(scenario.id, style="bold"))
    console.print(Text(f"  {scenario.summary}"))
    for origin in scenario.origin:
        console.print(Text(f"  reported: {link(origin)}", style="dim"))
    if scenario.python is not None:
        console.print(Text(f"  python: {scenario.python}"))
    if scenario.needs:
        console.print(Text(f"  needs: {', '.join(scenario.needs)}"))
    if scenario.prefix_shape != "plain":
        console.print(Text(f"  prefix: {scenario.prefix_shape}"))
    for number, step in enumerate(scenario.steps, 1):
        ending = f"   (exits with {step.exit})" if step.exit else ""
        console.print(Text(f"  {number}. {step.run}{ending}"))
    if scenario.refuses:
        console.print(Text(f"  a builder refuses: {scenario.refuses}"))
    if scenario.guarantee:
        console.print(Text(f"  a builder guarantees: {scenario.guarantee}"))
    for name in tree(scenario.path):
        if name != "scenario.toml" and (scenario.case is None or not name.startswith("cases/")):
            console.print(Text(f"    {name}", style="dim"))
    console.print()


@main.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...",
                type=click.Path(path_type=Path))  # fmt: skip
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Instead of docs/.")
def kills(reports: tuple[Path, ...], corpus: Path | None, output: Path | None) -> None:
    """Make the kill matrix from the REPORTs of runs with `--builder 'bug:*'`.

    It is written as kill-matrix.json and kill-matrix.md. Reports add up; where two have the same
    cell, the later one counts.
    """
    names = [scenario.id for scenario in _read(corpus, ()).scenarios]
    read = (read_report(path) for path in reports)
    matrix, unknown = KillMatrix.of(read, bug_names(data_folder()), names)
    write_matrix(matrix, output or data_folder() / "docs")
    for name in unknown:
        click.echo(f"left out, since nothing has this name any more: {name}")
    for _, message, hint in matrix.complaints(matrix.bugs, matrix.scenarios):
        click.echo(f"{message} ({hint})")
    for name, record in matrix.bugs.items():
        if record.kills and record.survives:
            click.echo(f"nothing notices the bug `{name}` on {', '.join(record.survives)}")
    killed = sum(bool(record.kills) for record in matrix.bugs.values())
    click.echo(f"{killed} of {len(matrix.bugs)} bugs are noticed")


@main.command()
@click.argument("corpus", required=False, type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Make the pages of docs/ that are generated anew.")
def lint(corpus: Path | None, write: bool) -> None:
    """Check every scenario's form; CORPUS is the built-in one unless given.

    With the built-in one, expectations, docs/coverage.md and the kill matrix are checked as well.
    """
    root = corpus or data_folder() / "scenarios"
    errors = lint_corpus(root)
    names = [] if errors else [scenario.id for scenario in Corpus.read(root, ()).scenarios]
    if corpus is None and not errors:
        plain = {name.partition("[")[0] for name in names}
        errors = lint_expectations(data_folder() / "expectations", names)
        errors += check_coverage(data_folder() / "docs", plain, write=write)
        bugs = bug_names(data_folder())
        errors += check_kills(data_folder() / "docs", bugs, names, write=write)
    for error in errors:
        click.echo(str(error))
    if errors:
        sys.exit(1)
    click.echo(f"{len(names)} scenarios, nothing to complain about")


def _read(corpus: Path | None, patterns: tuple[str, ...]) -> Corpus:
    return Corpus.read(corpus or data_folder() / "scenarios", patterns)
