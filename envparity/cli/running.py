"""The command that judges builders: `envparity run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click
import pytest

from envparity import builders
from envparity.cli.completion import builder_names, interpreter_names, scenario_names
from envparity.cli.options import product_options
from envparity.controller import SKIP_REVISION
from envparity.corpus import data_folder
from envparity.remote import specifications
from envparity.report.products import STDOUT

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


def _builder_help() -> str:
    kinds = "; ".join(f"{kind}: {words}" for kind, words in builders.KINDS.items())
    return f"What makes the environments (repeatable). {kinds}. Default: reference."


def _absolute(value: object) -> object:
    return value.absolute() if isinstance(value, Path) and value != STDOUT else value


@click.command(epilog=EXIT_STATUSES, short_help="Judge builders with the corpus, or a part.")
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...", shell_complete=scenario_names)
@click.option(
    "--builder",
    "-b",
    "names",
    multiple=True,
    metavar="KIND[:ARG]",
    help=_builder_help(),
    shell_complete=builder_names,
)
@click.option(
    "--python",
    "-p",
    metavar="SPEC",
    shell_complete=interpreter_names,
    help="Interpreters: 3.12, 3.8-3.13, 2.7,3.12, a path, or all. "
    "Default: the newest build of each minor version.",
)
@click.option("--workers", "-n", default="auto", show_default=True, metavar="N|auto")
@click.option(
    "--tx",
    "machines",
    multiple=True,
    metavar="N*ssh=HOST",
    help="Workers on another machine that has envparity (repeatable); in place of --workers.",
)
@click.option("--report", type=click.Path(path_type=Path), help="Write the report (JSON lines).")
@product_options
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
    shell_complete=scenario_names,
    help="At parity, whatever the baseline and expectations say (repeatable).",
)
@click.option("--bisect", is_flag=True, help="For git bisect run: 125 where nothing can be said.")
@click.option(
    "--update-expectations",
    is_flag=True,
    help="Write what fails into the expectations, and take out what no longer does.",
)
@click.option("--shard", metavar="K/N", help="Only part K of N of the cells, for N machines.")
@click.option(
    "--durations",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An earlier report: shards are dealt so that they take as long, by what cells took in "
    "it. All shards need the same.",
)
@click.option("--no-evidence", is_flag=True, help="Keep less of failing cells in the report.")
@click.option("--show-vanilla", is_flag=True, help="With each failure, all that vanilla does.")
@click.option("--no-namespaces", is_flag=True, help="Do without private mount namespaces.")
@click.option("--fresh", is_flag=True, help="Judge again what has not changed since it was.")
@click.option("--profile", is_flag=True, help="Show where the seconds went.")
@click.option("--shuffle", type=int, metavar="SEED", help="Judge the cells in another order.")
@click.option("--exitfirst", "-x", is_flag=True, help="Stop at the first failure.")
@click.option("--verbose", "-v", count=True, help="Every row, every story.")
@click.option("--quiet", "-q", count=True, help="Only failures and the totals.")
def run(
    scenarios: tuple[str, ...],
    names: tuple[str, ...],
    python: str | None,
    workers: str,
    machines: tuple[str, ...],
    report: Path | None,
    corpus: Path | None,
    cache: Path | None,
    expectations: Path | None,
    baseline: Path | None,
    required: tuple[str, ...],
    bisect: bool,
    update_expectations: bool,
    shard: str | None,
    durations: Path | None,
    no_evidence: bool,
    show_vanilla: bool,
    no_namespaces: bool,
    fresh: bool,
    profile: bool,
    shuffle: int | None,
    exitfirst: bool,
    verbose: int,
    quiet: int,
    **products: Path | None,
) -> NoReturn:
    """Judge builders with the corpus, or with the SCENARIOs named (theme/name, theme, glob)."""
    if workers != "auto" and not workers.isdigit():
        raise click.UsageError(f"--workers takes a number or auto, not {workers!r}")
    root = (corpus or data_folder() / "scenarios").absolute()
    workers_elsewhere = [f"--tx={one}" for one in specifications(machines)]
    arguments = [
        # Who has its workers elsewhere collects nothing here.
        *([] if machines else [str(root)]),
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
        "--recall",
        *(workers_elsewhere or [f"--numprocesses={workers}"]),
        *([f"--max-worker-restart={len(workers_elsewhere)}"] if machines else []),
        *(f"--builder={name}" for name in names or ("reference",)),
        *(f"--scenario={name}" for name in scenarios),
        *(f"--require={name}" for name in required),
    ]
    values: dict[str, object] = {
        "--python": python,
        "--report": report,
        "--cache-folder": cache,
        "--expectations": expectations,
        "--shuffle": shuffle,
        "--shard": shard,
        "--durations-of": durations,
        "--baseline": baseline,
        **{f"--report-{name}": path for name, path in products.items()},
    }
    flags = {
        "--bisect": bisect,
        "--update-expectations": update_expectations,
        "--no-evidence": no_evidence,
        "--show-vanilla": show_vanilla,
        "--no-namespaces": no_namespaces,
        "--profile": profile,
        "--fresh": fresh,
        "--exitfirst": exitfirst,
    }
    given = {name: value for name, value in values.items() if value is not None}
    arguments += [f"{name}={_absolute(value)}" for name, value in given.items()]
    arguments += [name for name, is_set in flags.items() if is_set]
    arguments += ["-v"] * verbose + ["-q"] * quiet
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    status = int(pytest.main(arguments))
    # For git bisect every other status than 0 would be bad, and a builder that cannot even
    # describe itself is found out before a cell is judged.
    sys.exit(SKIP_REVISION if bisect and status > 1 else status)
