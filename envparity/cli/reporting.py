"""The commands that read reports: `envparity compare`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from envparity import gate
from envparity.report.changes import changes
from envparity.report.jsonl import read_report
from envparity.report.terminal import make_console


@click.command()
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
def compare(old: Path, news: tuple[Path, ...], required: tuple[str, ...], verbose: bool) -> None:
    """Say what changed from the report OLD to NEW, and whether anything got worse.

    Several NEWs are runs of one thing: a cell on which they disagree is flaky. Exit status: 0
    nothing got worse, 1 something did, 4 a report that is cut off, foreign or contradictory.
    """
    found = gate.compare(read_report(old), [read_report(one) for one in news], require=required)
    console = make_console()
    for line in changes(found, verbose=verbose):
        console.print(line, soft_wrap=True)
    sys.exit(0 if found.is_green else 1)
