"""Whether an interpreter's oracle is what it is taken for, before anybody is judged by it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envparity.blemish import Blemish, Treatment, against_digests, listed, visible
from envparity.cache import digest, digest_of_files
from envparity.cell import HARNESS
from envparity.errors import InterpreterError
from envparity.sandbox import Command, Job
from envparity.vanilla import vanilla_environment

if TYPE_CHECKING:
    from envparity.environment import Environment
    from envparity.interpreter import Interpreter
    from envparity.step import StepOutcome
    from envparity.workshop import Workshop

#: Runs on the interpreter under test and says what a bare oracle is made of.
PROBE = Path(__file__).with_name("_oracle_probe.py")

#: What decides whether an oracle is trusted, besides the interpreter.
_SELF = digest_of_files(*(PROBE.with_name(name) for name in (
    "trust.py", "blemish.py", "digests.py", PROBE.name)))  # fmt: skip

#: Started through a link from elsewhere, and from a virtual environment, an interpreter says where
#: it thinks it is: CPython's getpath knows both (PEP 405; Modules/getpath.py).
WAYS = """
mkdir -p {cell}/far/bin {cell}/venv/bin && cd {cell} && ln -s {python} far/bin/{name} &&
ln -s {python} venv/bin/{name} && echo 'home = {bin}' > venv/pyvenv.cfg &&
for way in far venv; do $way/bin/{name} -E -s -c 'import sys; print(sys.prefix)'; done
"""


def check_oracle(
    interpreter: Interpreter, workshop: Workshop, fingerprint: str
) -> tuple[Blemish, ...]:
    """What is less than vanilla about *interpreter*, and is hidden or named.

    InterpreterError unless its bare oracle is in its own prefix, in no virtual environment, with
    nothing in its site-packages; what customises its start, and what it has loaded then, may only
    be its distribution's own, in the standard library. An oracle is checked once, and again when
    its *fingerprint* (`envparity.fingerprint.of_interpreter`) or the harness has changed.
    """
    name = digest(_SELF, HARNESS, fingerprint, workshop.namespaces)
    kept = workshop.cache.read("trust", name)
    if kept is None:
        found = [*_examine(interpreter, workshop), *against_digests(interpreter)]
        kept = [one.to_json() for one in found]
        workshop.cache.write("trust", name, kept)
    return (*visible(interpreter), *(Blemish.from_json(one) for one in kept))


def _examine(interpreter: Interpreter, workshop: Workshop) -> Iterator[Blemish]:
    """Start the bare oracle and look at it; InterpreterError when it is none."""
    vanilla = vanilla_environment(interpreter, (), workshop.cache, namespaces=workshop.namespaces)
    cell = workshop.sandbox.cell
    ways = WAYS.format(
        cell=shlex.quote(str(cell)),
        python=shlex.quote(str(vanilla.python)),
        bin=vanilla.python.parent,
        name=vanilla.python.name,
    )
    job = Job(
        commands=(
            Command((str(vanilla.python), "-c", PROBE.read_text("utf-8")), 60.0),
            Command(("/bin/sh", "-c", ways), 60.0),
        ),
        cwd=Path("/"),
        environment={"LC_ALL": "C.UTF-8", "HOME": str(cell), "PATH": "/usr/bin:/bin"},
        mounts=vanilla.mounts,
        folders=(cell,),
    )
    bare, *more = workshop.sandbox.run(job)
    facts = _facts(bare, interpreter)
    stdlib = str(vanilla.prefix / Path(interpreter.paths["stdlib"]).relative_to(interpreter.prefix))

    def strangers(paths: Iterable[str]) -> list[str]:
        return [path for path in paths if not f"{path}/".startswith(f"{stdlib}/")]

    problem = ""
    if not facts["prefix"] == facts["base"] == str(vanilla.prefix):
        problem = f"vanilla says that its prefix is {facts['prefix']}, of {facts['base']}"
    elif facts["found"]:
        problem = f"vanilla still has packages: {', '.join(sorted(facts['found'])[:5])}"
    elif strange := strangers(facts["custom"]):
        problem = f"vanilla's start is customised by {strange[0]}"
    elif strange := strangers(facts["modules"]):
        problem = f"vanilla's start loads {strange[0]}"
    if problem:
        raise InterpreterError(problem, path=interpreter.executable)
    archive = f"{stdlib.rpartition('/')[0]}/python{interpreter.minor.replace('.', '')}.zip"
    sites = [str(vanilla.prefix / Path(site).relative_to(interpreter.prefix))
             for site in interpreter.site_packages]  # fmt: skip
    if strange := [at for at in strangers(facts["path"]) if at not in {archive, *sites}]:
        yield Blemish("getpath", f"sys.path has {listed(strange)}", Treatment.NAMED)
    if facts["frozen"]:
        detail = f"not what was frozen into it at its build: {listed(facts['frozen'])}"
        yield Blemish("frozen", detail, Treatment.NAMED)
    yield from _getpath(interpreter, more[0].stdout.split("\n") if more else [], vanilla, cell)


def _getpath(
    interpreter: Interpreter, prefixes: Sequence[str], vanilla: Environment, cell: Path
) -> Iterator[Blemish]:
    """Where it does not find its prefix, or a virtual environment's, as CPython's own does."""
    far, venv = (*prefixes, "", "")[:2]
    if far != str(vanilla.prefix):
        detail = f"started through a link, it says that its prefix is {far or 'nowhere'}"
        yield Blemish("getpath", detail, Treatment.NAMED)
    if interpreter.has_venv and venv != str(cell / "venv"):
        detail = f"it does not heed pyvenv.cfg: its prefix is {venv or 'nowhere'}"
        yield Blemish("getpath", detail, Treatment.NAMED)


def _facts(outcome: StepOutcome, interpreter: Interpreter) -> Any:
    """What the probe printed; InterpreterError with the last word of one that printed nothing."""
    try:
        return json.loads(outcome.stdout)
    except ValueError:
        words = (outcome.stderr.strip().splitlines() or ["it says nothing"])[-1]
        problem = f"vanilla does not start in the sandbox: {words}"
        raise InterpreterError(problem, path=interpreter.executable) from None
