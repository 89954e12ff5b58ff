"""The commands that read reports: `envparity compare` and `envparity report`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from envparity import gate
from envparity.cli.options import product_options
from envparity.report.changes import changes
from envparity.report.jsonl import read_report
from envparity.report.merging import read_reports, write_report
from envparity.report.products import STDOUT, Products
from envparity.report.schema import schema_text
from envparity.report.terminal import account, make_console


@click.command(short_help="Say what changed between reports, and what got worse.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("news", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="NEW...")
@click.option(
    "--require",
    "required",
    multiple=True,
    metavar="SCENARIO",
    help="At parity, whatever OLD says: a name, a theme or a glob (repeatable).",
)
@product_options
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
@click.option("--verbose", "-v", is_flag=True, help="The story of every failure.")
def compare(
    old: Path,
    news: tuple[Path, ...],
    required: tuple[str, ...],
    corpus: Path | None,
    verbose: bool,
    **products: Path | None,
) -> None:
    """Say what changed from the report OLD to NEW, and whether anything got worse.

    Several NEWs are runs of one thing: a cell on which they disagree is flaky. Exit status: 0
    nothing got worse, 1 something did, 4 a report that is cut off, foreign or contradictory.
    """
    wanted = Products(**products)
    wanted.check()
    before, *reports = [read_report(one) for one in (old, *news)]
    found = gate.compare(before, reports, require=required)
    if wanted:
        wanted.write(reports[-1], found, corpus=corpus)
    if STDOUT in products.values():
        sys.exit(0 if found.is_green else 1)
    console = make_console()
    for line in changes(found, verbose=verbose):
        console.print(line, soft_wrap=True)
    sys.exit(0 if found.is_green else 1)


@click.command()
@click.argument("reports", nargs=-1, metavar="REPORT...", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write them as one report.")
@product_options
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a report's lines.")
@click.option("--verbose", "-v", is_flag=True, help="Every row, every story.")
def report(
    reports: tuple[Path, ...],
    output: Path | None,
    corpus: Path | None,
    schema: bool,
    verbose: bool,
    **products: Path | None,
) -> None:
    """Read REPORTs, merge them, and show what they say.

    Several are the shards of one run (`run --shard K/N`), or runs that complement each other.
    Exit status: 0, whatever they say; 4 for a report that is cut off, foreign or contradictory,
    and for reports that do not belong together.
    """
    if schema:
        click.echo(schema_text(), nl=False)
        return
    if not reports:
        raise click.UsageError("name a report, or ask for --schema")
    wanted = Products(**products)
    wanted.check()
    whole = read_reports(reports)
    if output is not None:
        write_report(output, whole)
    wanted.write(whole, corpus=corpus)
    if output is None and not wanted:
        for part in account(whole, verbose=verbose):
            make_console().print(part, soft_wrap=isinstance(part, Text))
