"""The commands that look into one failing cell: `envparity shrink` and `envparity explain`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from attrs import evolve

from envparity.cli.completion import builder_names, interpreter_names, scenario_names
from envparity.plan import Settings
from envparity.report.terminal import make_console

#: Columns of a table with two sides where there is no terminal.
PLAIN_WIDTH = 140


def _cell_options(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that name a cell, as in the rerun line of a report."""
    for option in (
        click.option("--no-namespaces", is_flag=True, help="Do without mount namespaces."),
        click.option("--cache", type=click.Path(path_type=Path), help="Instead of the user's."),
        click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own."),
        click.option(
            "--python", "-p", metavar="SPEC", shell_complete=interpreter_names,
            help="One of them. Default: the newest.",
        ),
        click.option(
            "--builder", "-b", required=True, metavar="KIND[:ARG]", shell_complete=builder_names,
            help="As `run` takes it.",
        ),
        click.argument("scenario", shell_complete=scenario_names),
    ):  # fmt: skip
        command = option(command)
    return command


def _settings(
    builder: str, python: str | None, corpus: Path | None, cache: Path | None, plain: bool
) -> Settings:
    settings = Settings(builders=(builder,), python=python, namespaces=not plain)
    if corpus is not None:
        settings = evolve(settings, corpus=corpus.absolute())
    if cache is not None:
        settings = evolve(settings, cache=cache.absolute())
    return settings


@click.command(short_help="Reduce a failing scenario to the smallest.")
@_cell_options
@click.option("--output", "-o", type=click.Path(path_type=Path), default="shrunk",
              show_default=True, help="The corpus that gets the scenario.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=1), default=100, show_default=True,
              help="When to be content with what is left.")  # fmt: skip
def shrink(
    scenario: str, builder: str, python: str | None, corpus: Path | None, cache: Path | None,
    no_namespaces: bool, output: Path, seconds: float,
) -> None:  # fmt: skip
    """Reduce a failing SCENARIO to the smallest that fails in the same way.

    It is written as a scenario folder, and told in Markdown for an upstream report. Exit status
    1: the cell does not fail.
    """
    from envparity.shrinking.account import markdown  # noqa: PLC0415
    from envparity.shrinking.search import shrink as search  # noqa: PLC0415
    from envparity.subject import open_subject  # noqa: PLC0415

    console = make_console()
    settings = _settings(builder, python, corpus, cache, no_namespaces)
    with open_subject(scenario, settings) as subject, console.status("reducing") as status:
        reduced, folder = search(
            subject,
            output,
            seconds=seconds,
            tell=lambda attempts, best: status.update(
                f"{attempts} attempts: {len(best.steps)} steps, {len(best.files)} files"
            ),
        )
    click.echo(markdown(reduced, subject.cell.scenario.id, output))
    ending = "nothing more can go" if reduced.finished else "time is over; --seconds gives more"
    click.echo(
        f"{folder}: {reduced.attempts} attempts in {reduced.seconds:.0f} s, {ending}", err=True
    )


@click.command(short_help="Show where the two sides of a failing cell part.")
@_cell_options
def explain(
    scenario: str, builder: str, python: str | None, corpus: Path | None, cache: Path | None,
    no_namespaces: bool,
) -> None:  # fmt: skip
    """Show the chain that leads to the first difference of SCENARIO, layer by layer.

    Both sides stand next to each other, from the shell line to what the script did, and the
    first layer at which they part is marked. Exit status 1: the cell does not fail.
    """
    from envparity.explaining.account import account  # noqa: PLC0415
    from envparity.explaining.explanation import explain as look  # noqa: PLC0415
    from envparity.subject import open_subject  # noqa: PLC0415

    settings = _settings(builder, python, corpus, cache, no_namespaces)
    console = make_console()
    if not console.is_terminal:
        console.width = max(console.width, PLAIN_WIDTH)
    with open_subject(scenario, settings, control=True) as subject:
        console.print(account(look(subject)))
