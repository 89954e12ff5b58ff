"""What to look at when an adapter breaks: symptoms of a stage, and what is usually behind them."""

from __future__ import annotations

import enum
import re

from attrs import frozen


class Stage(enum.StrEnum):
    """The stages of a builder's work, in their order: each rests on the ones before it."""

    DESCRIBE = "describe"
    BUILD = "build"
    START = "start"
    PACKAGE = "package"
    PROGRAM = "program"


@frozen
class Advice:
    """What *words* say to whom *stage* breaks in a way that *symptom* is found in.

    *symptom* is a regular expression on the one line that says what happened and on what the
    builder printed.
    """

    stage: Stage
    symptom: str
    words: str


#: The first that fits is given, so what fits everything stands last.
ADVICE = (
    Advice(
        Stage.DESCRIBE,
        r"Exec format error",
        "the program's first line names no interpreter; a shell script begins with #!/bin/sh",
    ),
    Advice(
        Stage.DESCRIBE,
        r"exit status 12[67]",
        "the interpreter in the program's first line, or a program that it calls, is not "
        "there: in the sandbox PATH is /usr/local/bin:/usr/bin:/bin, and /tmp and HOME are "
        "others than yours",
    ),
    Advice(
        Stage.DESCRIBE,
        r"exit status 0",
        'standard output is one JSON object and nothing else, with "protocol": 1 and "name"; '
        "everything else belongs on standard error",
    ),
    Advice(
        Stage.DESCRIBE,
        r"",
        "`describe` is the first argument, there is no other, and it has to end with 0 in any"
        " folder",
    ),
    Advice(
        Stage.BUILD,
        r"Read-only file system|Permission denied",
        "a builder writes to the request's `output` and `scratch`, to HOME and to TMPDIR; all"
        " else is read-only, and nobody is root",
    ),
    Advice(
        Stage.BUILD,
        r"(?i)resolve host|name resolution|connection|network|no matching distribution",
        "there is no network: what may be installed are the wheels in `packages`, as they are",
    ),
    Advice(
        Stage.BUILD,
        r"made no environment",
        "the environment belongs at the request's `output`, which does not exist at first; a "
        'builder that chooses another place, below `scratch` or HOME, prints {"prefix": "/…"}'
        " as its last line",
    ),
    Advice(
        Stage.BUILD,
        r"is no program",
        "the environment has its interpreter where the base has its own: bin/pythonX.Y, "
        "executable, and no link to what is gone after the build (TMPDIR is)",
    ),
    Advice(
        Stage.BUILD,
        r"cannot own|last line",
        'the last line may be {"prefix": "/…"}, with "scripts" and "site" beside it; the '
        "prefix is below `output`, `scratch` or HOME",
    ),
    Advice(
        Stage.BUILD,
        r"stopped after",
        "a builder has 300 seconds, and standard input is empty: does it wait for an answer?",
    ),
    Advice(
        Stage.BUILD,
        r"refused",
        "exit status 3 is for what nobody should build; these packages are harmless. A "
        "program that fails for another reason ends with another status",
    ),
    Advice(
        Stage.BUILD,
        r"command not found|: not found|exit status 12[67]",
        "what it calls is not there: PATH is /usr/local/bin:/usr/bin:/bin, and HOME is another",
    ),
    Advice(
        Stage.BUILD,
        r"",
        "the last lines on standard error are the builder's own; the request is the file that"
        " is its second argument",
    ),
    Advice(
        Stage.START,
        r"No such file",
        "something in the environment leads to what is not there: after the build there are "
        "`output`, `scratch` and HOME, at the same paths, and the base interpreter",
    ),
    Advice(
        Stage.START,
        r"encodings|platform independent libraries",
        "the interpreter does not find its standard library: Python looks for it from where "
        "its executable is, links of the executable resolved, and pyvenv.cfg says otherwise",
    ),
    Advice(
        Stage.START,
        r"is Python",
        "the request's `interpreter` says which Python the environment is to be of; another "
        "that was first on PATH has been taken",
    ),
    Advice(
        Stage.START,
        r"",
        "start the environment's interpreter in the same way: with no variable but PATH and HOME",
    ),
    Advice(
        Stage.PACKAGE,
        r"none of the packages",
        "the wheels in the request's `packages` were not installed at all",
    ),
    Advice(
        Stage.PACKAGE,
        r"No module named|ImportError",
        "compare where the modules lie with sys.path: the environment's interpreter takes "
        "itself for another one, or the packages went to another folder",
    ),
    Advice(
        Stage.PACKAGE,
        r"",
        "the packages are imported, and a step fails all the same: the diff says how",
    ),
    Advice(
        Stage.PROGRAM,
        r"not found",
        "programs are looked for in the `scripts` folder of the base's own layout, below the "
        'prefix; a builder with another layout says "scripts" in its last line',
    ),
    Advice(
        Stage.PROGRAM,
        r"No module named",
        "the program's first line names a Python that does not see the packages: it has to be"
        " the environment's",
    ),
    Advice(
        Stage.PROGRAM,
        r"bad interpreter|Permission denied",
        "programs are executable, and their first line names an interpreter that is there "
        "after the build",
    ),
    Advice(
        Stage.PROGRAM,
        r"",
        "the diff says in what the program differs from vanilla's",
    ),
)


def advice(stage: Stage, symptoms: str) -> str:
    """What to look at when *stage* breaks with *symptoms*."""
    return next(
        one.words for one in ADVICE if one.stage is stage and re.search(one.symptom, symptoms)
    )
