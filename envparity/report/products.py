"""Products: the files that are made from a report for people and for other programs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from attrs import asdict, frozen

from envparity.errors import UsageError
from envparity.gate import Gate
from envparity.report.badge import badge
from envparity.report.jsonl import Report
from envparity.report.junit import junit
from envparity.report.markdown import markdown

#: The options that ask for products, without their dashes, and what each is.
PRODUCTS = {
    "html": "a page of HTML",
    "markdown": "Markdown for a pull request",
    "junit": "JUnit XML",
    "badge": "JSON for a badge of shields.io",
}

#: Stands for standard output.
STDOUT = Path("-")


@frozen
class Products:
    """Where each product goes; None where it is not wanted."""

    html: Path | None = None
    markdown: Path | None = None
    junit: Path | None = None
    badge: Path | None = None

    def __bool__(self) -> bool:
        """Whether any is wanted."""
        return any(path is not None for path in self._paths.values())

    @property
    def _paths(self) -> dict[str, Path | None]:
        return asdict(self)

    def check(self) -> None:
        """UsageError where a product cannot be written, before hours go into what it tells."""
        for name, path in self._paths.items():
            if path is None or path == STDOUT:
                continue
            if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
                raise UsageError(f"--{name} cannot be written there", path=path)

    def write(
        self, report: Report, gate: Gate | None = None, *, corpus: Path | None = None
    ) -> None:
        """Make what is wanted of *report*, and of what has changed; UsageError if that fails.

        A page shows all steps of scenarios that *corpus*, the built-in one unless it is given,
        has as they were judged.
        """
        makers: list[tuple[Path | None, Callable[[], Iterable[str]]]] = [
            (self.html, lambda: page(report, gate, corpus)),
            (self.markdown, lambda: [markdown(report, gate)]),
            (self.junit, lambda: [junit(report)]),
            (self.badge, lambda: [badge(report)]),
        ]
        for path, make in makers:
            if path == STDOUT:
                for piece in make():
                    click.echo(piece, nl=False)
            elif path is not None:
                try:
                    with path.open("w", encoding="utf-8") as file:
                        file.writelines(make())
                except OSError as error:
                    raise UsageError(f"cannot be written: {error.strerror}", path=path) from None


def page(report: Report, gate: Gate | None, corpus: Path | None) -> Iterator[str]:
    """The page of *report* (`envparity.report.html`), piece by piece."""
    from envparity.report.html.page import html  # noqa: PLC0415  # jinja2 is for this alone

    return html([report], gate=gate, steps=steps_of(corpus))


def steps_of(corpus: Path | None) -> dict[str, tuple[str, ...]]:
    """The shell lines of the scenarios of *corpus*, the built-in one for None, by digest."""
    from envparity.corpus import Corpus, data_folder  # noqa: PLC0415  # a plan has its products

    root = corpus or data_folder() / "scenarios"
    scenarios = Corpus.read(root, ()).scenarios if root.is_dir() else ()
    return {one.digest: tuple(step.run.strip() for step in one.steps) for one in scenarios}
