"""The commands about one's own things: `smoke`, `check` and `try`.

They are for a builder of one's own, an environment that exists, and packages that one uses.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import NoReturn

import click
from attrs import evolve

from envparity.plan import Settings
from envparity.report.terminal import make_console

SMOKE_STATUSES = """\b
Exit status:
  0  the adapter works
  1  a stage broke: the diagnosis says which, and what to look at
  4  a command line or a machine that cannot be served
  5  the builder does not support this interpreter
"""


@click.command(epilog=SMOKE_STATUSES, short_help="Say soon whether an adapter to a builder works.")
@click.option("--builder", "-b", required=True, metavar="KIND[:ARG]", help="As `run` takes it.")
@click.option("--python", "-p", metavar="SPEC", help="One of them. Default: the newest.")
@click.option("--cache", type=click.Path(path_type=Path), help="Instead of the user's.")
@click.option("--no-namespaces", is_flag=True, help="Do without mount namespaces.")
def smoke(
    builder: str, python: str | None, cache: Path | None, no_namespaces: bool
) -> NoReturn:  # fmt: skip
    """Say in a few seconds whether an adapter to a builder works, and if not, where it breaks.

    The builder has to describe itself, to build without packages and with two, and what it built
    has to start, to import the packages and to run their programs.
    """
    from envparity.smoking.account import diagnosis, headline  # noqa: PLC0415
    from envparity.smoking.stages import open_smoke_test  # noqa: PLC0415
    from envparity.verdict import Outcome  # noqa: PLC0415

    settings = Settings(
        builders=(builder,), python=python, namespaces=not no_namespaces, fresh=True
    )
    if cache is not None:
        settings = evolve(settings, cache=cache.absolute())
    console = make_console()
    findings = []
    with open_smoke_test(settings) as test:
        console.print(f"{builder} on {test.interpreter.label}", markup=False, soft_wrap=True)
        for finding in test.run():
            findings.append(finding)
            console.print(headline(finding), soft_wrap=True)
        for line in diagnosis(findings):
            console.print(line, soft_wrap=True)
    last = findings[-1].ending
    status = {Outcome.ERROR: 1, Outcome.UNSUPPORTED: 5}
    sys.exit(status.get(last, 0))


CHECK_STATUSES = """\b
Exit status:
  0  no defects; there may be notes
  1  a defect
  4  no Python at PREFIX, or one that does not start
"""


@click.command(
    epilog=CHECK_STATUSES, short_help="Say whether the Python at PREFIX is what it says."
)
@click.argument("prefix", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a page.")
def check(prefix: Path, as_json: bool) -> NoReturn:
    """Say in seconds whether the Python at PREFIX is what it says it is.

    PREFIX is any environment that exists, /usr, a virtual environment, a Nix profile, or the path
    of one of its Pythons. Nothing is written into it. A defect is what does not do as Python's
    documentation says, or will bite somebody; a note is what differs from a plain installation and
    does no harm. Each names where it was first reported.
    """
    from envparity.checking.account import document, page  # noqa: PLC0415
    from envparity.checking.catalogue import findings  # noqa: PLC0415
    from envparity.checking.finding import Level  # noqa: PLC0415
    from envparity.checking.installation import open_installation  # noqa: PLC0415

    began = time.monotonic()
    with open_installation(prefix) as installation:
        found = findings(installation)
        seconds = time.monotonic() - began
        if as_json:
            click.echo(document(installation, found, seconds))
        else:
            console = make_console()
            for line in page(installation, found, seconds):
                console.print(line, soft_wrap=True)
    sys.exit(any(one.level is Level.DEFECT for one in found))


@click.command(name="try", short_help="Say whether packages of an index survive a builder.")
@click.argument("requirements", nargs=-1, required=True, metavar="REQUIREMENT...")
@click.option("--builder", "-b", "names", multiple=True, metavar="KIND[:ARG]",
              help="As `run` takes it (repeatable). Default: reference.")  # fmt: skip
@click.option("--python", "-p", metavar="SPEC", help="As `run` takes it. Default: the newest.")
@click.option("--workers", "-n", default="auto", show_default=True, metavar="N|auto")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report (JSON lines).")
@click.option("--cache", type=click.Path(path_type=Path), help="Instead of the user's.")
@click.option("--no-namespaces", is_flag=True, help="Do without mount namespaces.")
@click.option("--verbose", "-v", count=True, help="Every row, every story.")
@click.pass_context
def try_packages(
    context: click.Context, requirements: tuple[str, ...], names: tuple[str, ...],
    python: str | None, workers: str, report: Path | None, cache: Path | None,
    no_namespaces: bool, verbose: int,
) -> None:  # fmt: skip
    """Say whether packages of an index survive a builder: REQUIREMENTs as pip takes them.

    Their wheels are downloaded with all that they require, by pip as it is configured here; source
    distributions are not built. In vanilla and in the builder's environment, metadata and files are
    compared, every top-level module is imported, and every program is asked for --help and
    --version. Exit status as of `run`; 4 as well for what cannot be downloaded.
    """
    from envparity.trying.preparation import prepare  # noqa: PLC0415

    settings = Settings(python=python, namespaces=not no_namespaces)
    if cache is not None:
        settings = evolve(settings, cache=cache.absolute())
    console = make_console()
    with console.status("resolving") as status:
        prepared = prepare(requirements, settings, status.update)
    for line in prepared.left_out:
        console.print(f"left out, since vanilla does not do it twice alike: {line}", markup=False)
    corpus = prepared.corpus
    words = f"scenarios: {corpus} (envparity run wild --corpus {corpus} judges them again)"
    console.print(words, markup=False, soft_wrap=True)
    assert context.parent is not None
    assert isinstance(context.parent.command, click.Group)
    run = context.parent.command.commands["run"]
    context.invoke(
        run, scenarios=("wild",), names=names, python=prepared.python, workers=workers,
        report=report, corpus=corpus, cache=cache, no_namespaces=no_namespaces, verbose=verbose,
    )  # fmt: skip
