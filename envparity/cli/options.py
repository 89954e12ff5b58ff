"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from envparity.report.products import PRODUCTS

Body = Callable[..., Any]


def product_options(body: Body) -> Body:
    """`--markdown`, `--junit` and `--badge`; the command gets a Path or None for each."""
    for name, words in reversed(PRODUCTS.items()):
        body = click.option(
            f"--{name}",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Write {words}; - prints it.",
        )(body)
    return body
