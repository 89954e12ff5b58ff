"""The command line: the group of all commands, and those that need little code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click
from attrs import evolve
from rich.table import Table
from rich.text import Text

from envparity import __version__
from envparity.builders.bug import bug_names
from envparity.cache import Cache, default_folder
from envparity.cli.caching import cache
from envparity.cli.completion import interpreter_names, scenario_names
from envparity.cli.errands import check, smoke, try_packages
from envparity.cli.examples import add_examples
from envparity.cli.inquiry import explain, shrink
from envparity.cli.manual import manual
from envparity.cli.reporting import compare, report
from envparity.cli.running import run
from envparity.corpus import Corpus, data_folder
from envparity.defect import check_coverage
from envparity.errors import EnvparityError
from envparity.expectation import Expectations, lint_expectations
from envparity.interpreter import discover
from envparity.kills import KillMatrix, check_kills, write_matrix
from envparity.lint import lint_corpus
from envparity.plan import Settings
from envparity.rehearsal import rehearsals
from envparity.report.jsonl import read_report
from envparity.report.merging import read_reports
from envparity.report.terminal import counted, link, make_console, printable
from envparity.results import Results, check_results, unfailed, write_results
from envparity.scenario import Scenario, tree

FIRST_STEPS = """\b
First steps:
  # the reference builder, on the newest of each Python
  envparity run
  # a theme, with a program of your own that speaks the builder protocol
  envparity run venvs --builder exec:./my-builder
  # what a scenario is about
  envparity show venvs/pyvenv-cfg
Every command has examples in its --help.
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
    # A file's name, or what it holds, may have characters that end a line or steer a terminal.
    click.echo(printable(f"envparity: {error}"), err=True)
    sys.exit(error.exit_status)


@click.group(
    cls=_Group, epilog=FIRST_STEPS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="envparity")
def main() -> None:
    """Does a Python environment still behave like Python?

    Every scenario runs twice: in a vanilla CPython with the packages really installed in it, and
    in the environment that a builder made. Every observable difference is a failure.
    """


for _command in (run, try_packages, smoke, check, compare, report, cache, shrink, explain):
    main.add_command(_command)


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
@click.argument("patterns", nargs=-1, metavar="[SCENARIO]...", shell_complete=scenario_names)
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
def list_scenarios(patterns: tuple[str, ...], corpus: Path | None) -> None:
    """List scenarios with what vanilla does in each."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for scenario in _read(corpus, patterns).scenarios:
        table.add_row(Text(scenario.id), Text(scenario.summary))
    make_console().print(table)


@main.command(short_help="Show a scenario, its files, and what vanilla does.")
@click.argument(
    "names", nargs=-1, required=True, metavar="SCENARIO...", shell_complete=scenario_names
)
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
@click.option("--show-vanilla", is_flag=True, help="Run it in vanilla, and print what that does.")
@click.option("--python", "-p", metavar="SPEC", shell_complete=interpreter_names,
              help="With --show-vanilla. Default: the newest.")  # fmt: skip
@click.option("--cache", type=click.Path(path_type=Path), help="Instead of the user's cache.")
def show(
    names: tuple[str, ...],
    corpus: Path | None,
    show_vanilla: bool,
    python: str | None,
    cache: Path | None,
) -> None:
    """Show what a scenario does, where it comes from, and its files."""
    for scenario in _read(corpus, names).scenarios:
        _show(scenario)
    if show_vanilla:
        settings = Settings(("vanilla",), python, names)
        if corpus is not None:
            settings = evolve(settings, corpus=corpus.absolute())
        if cache is not None:
            settings = evolve(settings, cache=cache.absolute())
        for line in rehearsals(settings):
            make_console().print(line, soft_wrap=True)


def _show(scenario: Scenario) -> None:
    lines = [Text(scenario.id, style="bold")]
    lines.append(Text(f"  {scenario.summary}"))
    for origin in scenario.origin:
        lines.append(Text(f"  reported: {link(origin)}", style="dim"))
    if scenario.python is not None:
        lines.append(Text(f"  python: {scenario.python}"))
    if scenario.needs:
        lines.append(Text(f"  needs: {', '.join(scenario.needs)}"))
    if scenario.prefix_shape != "plain":
        lines.append(Text(f"  prefix: {scenario.prefix_shape}"))
    for number, step in enumerate(scenario.steps, 1):
        ending = f"   (exits with {step.exit})" if step.exit else ""
        lines.append(Text(f"  {number}. {step.run}{ending}"))
    if scenario.refuses:
        lines.append(Text(f"  a builder refuses: {scenario.refuses}"))
    if scenario.guarantee:
        lines.append(Text(f"  a builder guarantees: {scenario.guarantee}"))
    for name in tree(scenario.path):
        if name != "scenario.toml" and (scenario.case is None or not name.startswith("cases/")):
            lines.append(Text(f"    {name}", style="dim"))
    console = make_console()
    for line in [*lines, Text("")]:
        console.print(line, soft_wrap=True)


@main.command(short_help="Make the kill matrix from reports on bugs.")
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
    known = Expectations.read(data_folder() / "expectations", ["reference"])
    matrix, unknown = KillMatrix.of(read, bug_names(data_folder()), names, known)
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


@main.command(short_help="Make the page of results from reports on real builders.")
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...",
                type=click.Path(path_type=Path))  # fmt: skip
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
@click.option("--expectations", type=click.Path(path_type=Path), help="Known failures.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Instead of docs/.")
def results(
    reports: tuple[Path, ...], corpus: Path | None, expectations: Path | None, output: Path | None
) -> None:
    """Make the page of results from the REPORTs of runs with builders that people use.

    It is written as results.json and results.md. Reports add up; those that do not belong together
    are refused, as `report` refuses them.
    """
    names = {scenario.id for scenario in _read(corpus, ()).scenarios}
    place = expectations or data_folder() / "expectations"
    found = Results.of(read_reports(reports), place, names)
    write_results(found, output or data_folder() / "docs")
    for name, record in found.builders.items():
        if unexpected := record.counts()["unexpected"]:
            click.echo(f"{name}: {unexpected} not explained")
    total = sum(record.counts().total() for record in found.builders.values())
    click.echo(f"{counted(total, 'cell')} of {', '.join(found.builders)}")


@main.command(short_help="Check the form of every scenario.")
@click.argument("corpus", required=False, type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Make the pages of docs/ that are generated anew.")
def lint(corpus: Path | None, write: bool) -> None:
    """Check every scenario's form; CORPUS is the built-in one unless given.

    With the built-in one, expectations and the pages of docs/ are checked as well: coverage,
    the kill matrix and the results.
    """
    root = corpus or data_folder() / "scenarios"
    errors = lint_corpus(root)
    names = [] if errors else [scenario.id for scenario in Corpus.read(root, ()).scenarios]
    if corpus is None and not errors:
        plain = {name.partition("[")[0] for name in names}
        errors = lint_expectations(data_folder() / "expectations", names)
        docs, bugs = data_folder() / "docs", bug_names(data_folder())
        errors += check_coverage(docs, plain, unfailed(docs), write=write)
        tried = [one.id for one in Corpus.read(root, (), opt_in=False).scenarios]
        errors += check_kills(docs, bugs, tried, write=write)
        errors += check_results(docs, names, write=write)
    for error in errors:
        click.echo(str(error))
    if errors:
        sys.exit(1)
    click.echo(f"{len(names)} scenarios, nothing to complain about")


def _read(corpus: Path | None, patterns: tuple[str, ...]) -> Corpus:
    return Corpus.read(corpus or data_folder() / "scenarios", patterns)


@main.command(name="manual")
def print_manual() -> None:
    """Print the manual page, made from these very helps."""
    click.echo(manual(main), nl=False)


add_examples(main)
