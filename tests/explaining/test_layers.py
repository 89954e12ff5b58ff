"""Tests of layers: what belongs to which, and where two sides part."""

from __future__ import annotations

from typing import Any

import pytest

from envparity.explaining.layers import (
    LAYERS,
    NOTHING,
    Fact,
    Trio,
    facts_of,
    installed_facts,
    layer,
    telling,
    trios,
)


def make_process(**changes: Any) -> dict[str, Any]:
    """A Python that runs a script, as the witness describes it."""
    full = {
        "sys.prefix": "{prefix}",
        "/proc/self/exe": "{prefix}/bin/python3.12",
        "sys.path[00]": "{prefix}/lib",
        "sys.path[01]": "{prefix}/site",
        "sys.path[02]": "{prefix}/site/extra",
        "site-packages[0]": "{prefix}/site",
        "USER_SITE": "/cell/home",
        "module sitecustomize": "{prefix}/lib/sitecustomize.py",
        "sysconfig BINDIR": "{prefix}/bin",
    }
    fields = {
        "command": "{prefix}/bin/greet",
        "images": ["{prefix}/bin/greet", "{prefix}/bin/python3.12"],
        "argv0": "{prefix}/bin/python3.12",
        "error": "",
        "shebang": "#!{prefix}/bin/python3.12",
        "variables": {},
        "python": True,
        "bare": {"sys.prefix": "{prefix}", "sys.path[00]": "{prefix}/lib"},
        "full": full,
        "verbose": [],
        "pyvenv.cfg": {},
        "customize": {},
        "pth": {"{prefix}/site/a.pth": "extra\n"},
        "script": "{prefix}/bin/greet",
        "text": "print(1)\n",
        "children": [],
    }
    return {**fields, **changes}


def make_program(**changes: Any) -> dict[str, Any]:
    """A compiled program."""
    fields = {
        "command": "/bin/ls", "images": ["/bin/ls"], "argv0": "ls", "error": "",
        "shebang": "(no script)", "variables": {}, "python": False, "children": [],
    }  # fmt: skip
    return {**fields, **changes}


def first_parting(**changes: Any) -> str | None:
    """The layer at which a process with *changes* parts from one without."""
    trio = Trio(make_process(), make_process(**changes), make_process())
    return next((one.name for one in trio.layers if one.parts), None)


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        (None, {}),
        ("command", {"command": "/usr/bin/greet"}),
        ("kernel shebang", {"shebang": "#!/usr/bin/env python3"}),
        ("kernel shebang", {"error": "ENOENT"}),
        ("wrapper", {"images": ["{prefix}/bin/greet", "/bin/sh", "{base}/bin/python3.12"]}),
        ("wrapper", {"variables": {"PYTHONHOME": "{prefix}"}}),
        ("argv[0]", {"argv0": "python3.12"}),
        ("pyvenv.cfg", {"pyvenv.cfg": {"{prefix}/pyvenv.cfg": "home = {base}\n"}}),
        ("getpath", {"bare": {"sys.prefix": "{base}"}}),
        ("getpath", {"bare": {"(failed)": "no encodings"}}),
        ("site", {"full": {**make_process()["full"], "sys.prefix": "{base}"}}),
        ("site", {"full": {**make_process()["full"], "sys.path[01]": ""}}),
        ("sitecustomize", {"customize": {"{prefix}/lib/sitecustomize.py": "import site\n"}}),
        (".pth", {"pth": {}}),
        (".pth", {"full": {**make_process()["full"], "sys.path[02]": "{prefix}/else"}}),
        (".pth", {"verbose": ["Processing .pth file: 'x'"]}),
        ("sysconfig", {"full": {**make_process()["full"], "sysconfig BINDIR": "{base}/bin"}}),
        ("the script", {"text": "print(2)\n"}),
        ("the script", {"script": "{prefix}/bin/.greet-wrapped"}),
    ],
)
def test_the_first_layer_at_which_a_process_parts(
    expected: str | None, changes: dict[str, Any]
) -> None:
    """Each kind of evidence belongs to the layer where it first can be seen."""
    assert expected == first_parting(**changes)
    assert expected is None or expected in LAYERS


def test_what_the_reference_does_as_well_is_no_parting() -> None:
    """It differs from vanilla, and does no harm."""
    fact = Fact("first line", "#!python", "#!/bin/sh", "#!/bin/sh")
    assert fact.differs
    assert not fact.parts
    assert Fact("first line", "#!python", "#!/bin/sh", None).parts
    assert not Fact("first line", "#!python", "#!python", "#!/bin/sh").differs


def test_a_fact_of_one_side_alone_is_set_against_nothing() -> None:
    """All facts of vanilla and of the environment are told, those of the reference not."""
    found = layer("wrapper", {"a": "1"}, {"b": "2"}, {"b": "2", "c": "3"})
    assert (Fact("a", "1", NOTHING, NOTHING), Fact("b", NOTHING, "2", "2")) == found.facts
    assert not found.parts
    assert layer("wrapper", {"a": "1"}, {"b": "2"}, None).parts


def test_where_one_side_starts_no_python() -> None:
    """The layers of Python say that, and not each of their facts."""
    trio = Trio(make_process(), make_program(command="{prefix}/bin/greet"), None)
    site = next(one for one in trio.layers if one.name == "site")
    assert Fact("it starts", "a Python", "no Python", None) in site.facts
    assert "site" not in facts_of(make_program())


def test_installed_files_are_compared_by_kind_and_text() -> None:
    """RECORD's text has digests of what is re-rooted, and scripts are a layer of their own."""
    found = installed_facts(
        {
            "a.py": {"path": "/a.py", "kind": "file", "text": "1"},
            "b.py": {"path": "/b.py", "kind": "file", "text": "2"},
            "x-1.dist-info/RECORD": {"path": "/RECORD", "kind": "file", "text": "3"},
            "gone": {"path": "/gone", "kind": "missing"},
            "../bin/greet": {"path": "/bin/greet", "kind": "executable", "text": "4"},
        },
        {"/bin/greet"},
    )
    assert ["a.py", "b.py", "x-1.dist-info/RECORD", "gone"] == list(found)
    assert found["a.py"].startswith("file, ")
    assert found["a.py"] != found["b.py"]
    assert ("file", "missing") == (found["x-1.dist-info/RECORD"], found["gone"])


def test_processes_are_paired_in_their_order_with_those_below_them() -> None:
    """Where the reference has none, the pair goes without."""
    left = [make_process(children=[make_program()]), make_program(argv0="2")]
    right = [make_process(children=[make_program(), make_program()]), make_program(argv0="2")]
    found = list(trios(left, right, [make_process()]))
    assert ["{prefix}/bin/greet", "/bin/ls", "/bin/ls"] == [o.vanilla["command"] for o in found]
    assert [True, False, False] == [o.control is not None for o in found]
    assert [None] * 3 == [one.control for one in trios(left, right, None)]


def test_the_process_that_tells_most() -> None:
    """The first that parts; or the last Python; or the last program; or none."""
    same = Trio(make_process(), make_process(), None)
    parted = Trio(make_process(), make_process(argv0="x"), None)
    program = Trio(make_program(), make_program(), None)
    assert parted is telling([same, parted, program])
    assert same is telling([program, same, program])
    assert program is telling([program])
    assert telling([]) is None


def test_scripts_are_those_of_every_side() -> None:
    """Each may run another file."""
    trio = Trio(make_process(), make_process(script="/other"), make_program())
    assert {"{prefix}/bin/greet", "/other"} == trio.scripts
    assert set() == Trio(make_program(), make_program(), None).scripts
