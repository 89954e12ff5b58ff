"""`envparity report FILE… --html OUT`: what is made from reports for people."""

from __future__ import annotations

from pathlib import Path

import click

from envparity.plan import Corpus, data_folder
from envparity.report.jsonl import read_report


def steps_of(root: Path) -> dict[str, tuple[str, ...]]:
    """The shell lines of the scenarios below *root*, by digest; none where they cannot be read.

    A page tells all steps of a scenario that is still the one of its report.
    """
    if not root.is_dir():
        return {}
    corpus = Corpus.read(root, ())
    return {one.digest: tuple(step.run.strip() for step in one.steps) for one in corpus.scenarios}


@click.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...",
                type=click.Path(path_type=Path))  # fmt: skip
@click.option("--html", required=True, type=click.Path(path_type=Path), help="Write a page.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Show what changed since.")
@click.option("--corpus", type=click.Path(path_type=Path), help="Scenarios of your own.")
def report(
    reports: tuple[Path, ...], html: Path, baseline: Path | None, corpus: Path | None
) -> None:
    """Make one page from the REPORTs, which judge different cells."""
    from envparity.report.html.page import write_html  # noqa: PLC0415  # jinja2 is for this alone

    write_html(
        [read_report(path) for path in reports],
        html,
        baseline=None if baseline is None else read_report(baseline),
        steps=steps_of(corpus or data_folder() / "scenarios"),
    )
