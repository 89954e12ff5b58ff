"""Workers on other machines, through pytest-xdist's ssh gateways (`envparity run --tx ssh=…`).

The wheel has to be installed there; the corpus is sent along, since pytest-xdist's rsync leaves
hidden files behind. A worker makes a plan of its
own, with its machine's interpreters and cache, and joins the run only where that plan says what
the controller's says: otherwise one report would hold verdicts that cannot stand side by side.
"""

from __future__ import annotations

import io
import pickle
import re
import secrets
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from envparity import fingerprint
from envparity.cache import Workspace, default_folder, remove_tree
from envparity.corpus import data_folder
from envparity.errors import UsageError
from envparity.plan import Plan, make_plan

#: What the controller sends to each worker, beside what pytest-xdist does.
WORKSPACE, TERMS = "envparity_workspace", "envparity_terms"


def terms(plan: Plan) -> dict[str, Any]:
    """What a worker elsewhere has to know of *plan*, as execnet can send it."""
    ids = [list(cell) for cell in plan.recalled]
    return {
        "harness": fingerprint.of_harness(),
        "corpus": plan.corpus_digest,
        "files": _packed(plan.settings.corpus),
        "builders": list(plan.settings.builders),
        "scenarios": list(plan.settings.scenarios),
        "pythons": [one.label for one in plan.interpreters],
        "namespaces": plan.namespaces,
        "shuffle": plan.settings.shuffle,
        "left_out": ids,
        "dear": [[*cell, seconds] for cell, seconds in plan.durations.items()],
        # From the controller to its own worker, of one version: nobody else's pickle.
        "plan": pickle.dumps((plan.settings, plan.expectations, plan.share)),
    }


def join(offered: Mapping[str, Any], corpus: Path) -> tuple[Plan, Workspace]:
    """The plan of a worker on this machine in the run whose *terms* are *offered*.

    *corpus* is where `arguments` has put the scenarios.

    Raises UsageError where the worker would judge something else than the others.
    """
    if offered["harness"] != fingerprint.of_harness():
        raise UsageError(
            "this worker has another envparity", hint="install the controller's wheel there"
        )
    settings, expectations, share = pickle.loads(offered["plan"])
    settings = evolve(
        settings,
        corpus=corpus,
        cache=default_folder(),
        expectations=data_folder() / "expectations",
        python=",".join(offered["pythons"]),
        recall=False,
        durations=None,
    )
    plan, workspace = make_plan(settings)
    try:
        here = {one.label: one for one in plan.interpreters}
        if missing := [label for label in offered["pythons"] if label not in here]:
            raise UsageError(f"this worker has no {', '.join(missing)}", hint="install it there")
        if plan.corpus_digest != offered["corpus"]:
            raise UsageError("this worker has another corpus")
        if plan.namespaces != offered["namespaces"]:
            has = "has" if plan.namespaces else "has no"
            raise UsageError(
                f"this worker {has} namespaces, other than the controller",
                hint="--no-namespaces makes them alike",
            )
        plan = evolve(
            plan,
            interpreters=tuple(here[label] for label in offered["pythons"]),
            left_out=frozenset(tuple(cell) for cell in offered["left_out"]),
            durations={tuple(cell): seconds for *cell, seconds in offered["dear"]},
            expectations=expectations,
            share=share,
        )
        plan.save()
    except BaseException:
        workspace.close()
        raise
    return plan, workspace


def arguments(offered: Mapping[str, Any]) -> list[str]:
    """The command line of pytest for a worker, whose working directory gets the corpus."""
    corpus = Path.cwd() / "scenarios"
    with tarfile.open(fileobj=io.BytesIO(offered["files"])) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # since 3.11.4
        archive.extractall(corpus)
    return [
        *(str(corpus), f"--corpus={corpus}", f"--rootdir={corpus.parent}"),
        *("--config-file=/dev/null", "--noconftest", "-pno:cacheprovider"),
        *("-penvparity.plugin", "-pxdist"),
        *(f"--builder={name}" for name in offered["builders"]),
        *(f"--scenario={name}" for name in offered["scenarios"]),
    ]


def work(channel: Any) -> None:
    """Be a worker, until the controller at the other end of *channel* has no more cells.

    As pytest-xdist's own remote module, but for the command line: paths are this machine's.
    """
    # Made for being sent, not imported.
    from xdist import remote  # type: ignore[import-untyped]  # noqa: PLC0415

    given, _, options, _ = channel.receive()
    remote.os.environ["PYTEST_XDIST_TESTRUNUID"] = given["testrunuid"]
    remote.os.environ["PYTEST_XDIST_WORKER"] = given["workerid"]
    remote.os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(given["workercount"])
    remote.os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    config = remote._prepareconfig(arguments(given[TERMS]), None)
    remote.setup_config(config, options.get("basetemp"))
    config._parser.prog = Path(sys.argv[0]).name
    config.workerinput = given
    config.workeroutput = {}
    remote.WorkerInteractor(config, channel)
    try:
        config.hook.pytest_cmdline_main(config=config)
    finally:
        remove_tree(Path.cwd())


def specifications(given: Sequence[str]) -> list[str]:
    """The `--tx` options for pytest-xdist that the user's, *given* as N*ssh=HOST, stand for.

    Each worker has a folder of its own below /tmp there, which it removes in the end. Raises
    UsageError for what names no machine.
    """
    found = []
    for text in given:
        match = re.fullmatch(r"(?:(\d+)\*)?(ssh=.+)", text)
        if match is None:
            raise UsageError(f"--tx {text} names no machine", hint="such as 2*ssh=me@host")
        for _ in range(int(match[1] or 1)):
            found.append(f"{match[2]}//chdir=/tmp/envparity-{secrets.token_hex(8)}")
    return found


def _packed(corpus: Path) -> bytes:
    """The files of *corpus* with their modes and links, in an archive."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", compresslevel=1) as archive:
        archive.add(corpus, ".")
    return content.getvalue()
