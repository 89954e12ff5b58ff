"""Whether an interpreter's oracle is what it is taken for, before anybody is judged by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from envparity.cache import digest, digest_of_files
from envparity.cell import HARNESS
from envparity.errors import InterpreterError
from envparity.sandbox import Command, Job
from envparity.vanilla import vanilla_environment

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter
    from envparity.workshop import Workshop

#: Runs on the interpreter under test, from 2.7 to 3.15: where it thinks it is, what lies in its
#: site-packages, and what customises its start.
PROBE = """
import json, os, site, sys
found = [name for place in site.getsitepackages() if os.path.isdir(place)
         for name in os.listdir(place)]
custom = [getattr(sys.modules[name], "__file__", None) for name in
          ("sitecustomize", "usercustomize") if name in sys.modules]
print(json.dumps({"prefix": sys.prefix, "base": getattr(sys, "base_prefix", sys.prefix),
                  "found": found, "custom": [path for path in custom if path]}))
"""

_SELF = digest_of_files(Path(__file__))


def check_oracle(interpreter: Interpreter, workshop: Workshop) -> None:
    """InterpreterError unless *interpreter*'s bare oracle is an interpreter and nothing more.

    It has to be in its own prefix, in no virtual environment, with nothing in its site-packages,
    and what customises its start may only be its distribution's own, in the standard library.
    An oracle is checked once, and again when it or the harness has changed.
    """
    name = digest(_SELF, HARNESS, interpreter.fingerprint, workshop.namespaces)
    if workshop.cache.read("trust", name) is not None:
        return
    vanilla = vanilla_environment(interpreter, (), workshop.cache, namespaces=workshop.namespaces)
    job = Job(
        commands=(Command((str(vanilla.python), "-c", PROBE), 60.0),),
        cwd=Path("/"),
        environment={"LC_ALL": "C.UTF-8", "HOME": str(workshop.sandbox.cell)},
        mounts=vanilla.mounts,
    )
    outcome = workshop.sandbox.run(job)[0]
    try:
        facts = json.loads(outcome.stdout)
    except ValueError:
        words = (outcome.stderr.strip().splitlines() or ["it says nothing"])[-1]
        problem = f"vanilla does not start in the sandbox: {words}"
        raise InterpreterError(problem, path=interpreter.executable) from None
    stdlib = str(vanilla.prefix / Path(interpreter.paths["stdlib"]).relative_to(interpreter.prefix))
    strangers = [path for path in facts["custom"] if not path.startswith(stdlib)]
    problem = ""
    if not facts["prefix"] == facts["base"] == str(vanilla.prefix):
        problem = f"vanilla says that its prefix is {facts['prefix']}, of {facts['base']}"
    elif facts["found"]:
        problem = f"vanilla still has packages: {', '.join(sorted(facts['found'])[:5])}"
    elif strangers:
        problem = f"vanilla's start is customised by {strangers[0]}"
    if problem:
        raise InterpreterError(problem, path=interpreter.executable)
    workshop.cache.write("trust", name, facts)
