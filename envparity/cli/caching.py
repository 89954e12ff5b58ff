"""The command that looks after what is kept between runs: `envparity cache`."""

from __future__ import annotations

import re
import time
from pathlib import Path

import click
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from envparity.cache import Cache, default_folder
from envparity.inventory import DAY, KINDS, Inventory, prune
from envparity.report.terminal import counted, make_console

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class _Size(click.ParamType[int]):
    """A number of bytes, such as 500M or 2G."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kMGT]?)B?", str(value))
        if match is None:
            self.fail(f"{value!r} is not a size such as 500M or 2G", param, ctx)
        return int(float(match[1]) * _UNITS[match[2]])


@click.command()
@click.option("--cache", "folder", type=click.Path(path_type=Path), help="Not the user's cache.")
@click.option(
    "--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="Remove what is unused."
)
@click.option(
    "--larger-than", type=_Size(), metavar="SIZE", help="Remove the longest unused: 500M, 2G."
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed.")
def cache(
    folder: Path | None, older_than: float | None, larger_than: int | None, dry_run: bool
) -> None:
    """Show what is kept between runs, and prune it.

    Everything in the cache can be made again: to prune it costs time, and never a verdict.
    """
    there = Cache.at(folder or default_folder())
    inventory = Inventory.take(there)
    console = make_console()
    if older_than is None and larger_than is None:
        console.print(_table(inventory))
        console.print(Text(str(there.folder), style="dim"), soft_wrap=True)
        return
    outdated = inventory.outdated(days=older_than, size=larger_than)
    size = sum(entry.size for entry in outdated)
    entries = "1 entry" if len(outdated) == 1 else f"{len(outdated)} entries"
    if not dry_run:
        prune(there, outdated)
    verb = "would be removed" if dry_run else "removed"
    console.print(f"{entries} {verb}, {decimal(size)}; {decimal(inventory.size - size)} stay")


def _table(inventory: Inventory) -> Table:
    table = Table(box=None, pad_edge=False, show_footer=True)
    table.add_column("kind", "all")
    table.add_column("entries", str(len(inventory.entries)), justify="right")
    table.add_column("size", decimal(inventory.size), justify="right")
    table.add_column("last used", justify="right")
    table.add_column("longest unused", justify="right")
    table.add_column("")
    for kind, entries in inventory.by_kind().items():
        times = [entry.used for entry in entries]
        size = decimal(sum(entry.size for entry in entries))
        words = KINDS.get(kind, "locks, and what runs leave")
        table.add_row(kind, str(len(entries)), size, _age(max(times)), _age(min(times)), words)
    return table


def _age(then: float) -> str:
    """How long ago *then* (s since the epoch) was."""
    seconds = max(0.0, time.time() - then)
    for unit, length in (("day", DAY), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= length:
            return counted(int(seconds // length), unit)
    return "now"
