"""Tests of what a reduction leaves out, with judges that need no interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from envparity.errors import EnvparityError
from envparity.scenario import Step
from envparity.shrinking.draft import Content, Draft
from envparity.shrinking.reduction import Reduction, blocks, commands
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict

SCRIPT = b"""import os
import sys

def main():
    print("a")
    print("the bug")

class Other:
    x = 1

main()
"""


def draft(**changes: Any) -> Draft:
    """A scenario of four steps, two packages and a file to work on."""
    files = {
        "packages/one/bin/one": Content(SCRIPT, True),
        "packages/one/lib/one.py": Content(b"x = 1\n", False),
        "packages/two/lib/two.py": Content(b"", False),
        "work/data": Content(b"\0binary", False),
    }
    fields: dict[str, Any] = {
        "theme": "scripts",
        "name": "hello",
        "head": {"summary": "A script says hello", "environment": {"prefix": "space"}},
        "steps": tuple(enumerate(map(Step, ("zero", "make it", "echo x && one; two", "three")))),
        "files": files,
    }
    return Draft(**{**fields, **changes})


def judged(needs: Callable[[Draft], bool], step: int = 2) -> Callable[[Draft], Verdict]:
    """A judge who finds step number *step* differing where *needs* holds."""

    def judge(one: Draft) -> Verdict:
        if step not in one.numbers or not needs(one):
            return make_verdict()
        index = one.numbers.index(step)
        return make_verdict(outcome=Outcome.DIFFERS, differences=(make_difference(step=index),))

    return judge


def has_all(one: Draft) -> bool:
    """Whether the script has its line, step 1 is there, and step 2 starts the script."""
    script = one.files.get("packages/one/bin/one")
    runs = dict(one.steps)
    lines = (b"def main():", b'print("the bug")', b"main()\n")
    return (
        script is not None
        and all(line in script.data for line in lines)
        and 1 in one.numbers
        and "one" in runs[2].run
    )


def test_everything_that_is_not_needed_goes() -> None:
    """Steps, packages, files, the prefix's shape, commands, blocks and lines."""
    reduced = Reduction(draft(), judged(has_all), seconds=60).run()
    assert ((1, Step("make it")), (2, Step("one"))) == reduced.draft.steps
    assert ["packages/one/bin/one"] == list(reduced.draft.files)
    script = reduced.draft.files["packages/one/bin/one"]
    assert Content(b'def main():\n    print("the bug")\nmain()\n', True) == script
    assert {"summary"} == set(reduced.draft.head)
    assert reduced.finished
    assert 1 == reduced.verdict.differences[0].step
    assert 10 < reduced.attempts < 80


def test_of_what_is_no_text_no_lines_go() -> None:
    """A file with a NUL stays as it is, or goes as a whole."""
    data = Content(b"\0one\ntwo\n", False)
    start = draft(files={"work/data": data})
    reduced = Reduction(start, judged(lambda one: "work/data" in one.files), seconds=60).run()
    assert {"work/data": data} == reduced.draft.files


def test_no_candidate_is_judged_twice() -> None:
    """What was asked once is remembered."""
    asked = []

    def judge(one: Draft) -> Verdict:
        asked.append(one.identity)
        return judged(has_all)(one)

    reduced = Reduction(draft(), judge, seconds=60).run()
    assert len(set(asked)) == len(asked) == reduced.attempts


def test_a_smaller_scenario_that_fails_otherwise_is_not_taken() -> None:
    """Without the second package another step differs, so the package stays."""

    def judge(one: Draft) -> Verdict:
        return judged(lambda _: True, 3 if "packages/two/lib/two.py" in one.files else 0)(one)

    reduced = Reduction(draft(), judge, seconds=60).run()
    assert ["packages/two/lib/two.py"] == list(reduced.draft.files)
    assert (3,) == reduced.draft.numbers


def test_when_time_is_over_the_best_so_far_counts() -> None:
    """It says that more might go."""
    reduced = Reduction(draft(), judged(has_all), seconds=0).run()
    assert draft() == reduced.draft
    assert not reduced.finished
    assert 1 == reduced.attempts


def test_what_does_not_fail_when_copied_cannot_be_reduced() -> None:
    """The user is told how the copy ended."""
    with pytest.raises(EnvparityError, match="does not fail any more when it is copied"):
        Reduction(draft(), judged(lambda _: False), seconds=60)


def test_progress_is_told() -> None:
    """Every attempt is told with the best so far."""
    told: list[tuple[int, int]] = []
    Reduction(
        draft(),
        judged(has_all),
        seconds=60,
        tell=lambda attempts, best: told.append((attempts, len(best.files))),
    ).run()
    assert list(range(2, len(told) + 2)) == [attempts for attempts, _ in told]
    assert 1 == told[-1][1]


def test_a_refusal_has_no_step_to_end_with() -> None:
    """Its packages are reduced, and steps that never ran all go."""

    def judge(one: Draft) -> Verdict:
        refused = "packages/one/lib/one.py" in one.files
        return make_verdict(outcome=Outcome.REFUSED if refused else Outcome.PARITY)

    reduced = Reduction(draft(), judge, seconds=60).run()
    assert ["packages/one/lib/one.py"] == list(reduced.draft.files)
    assert () == reduced.draft.steps


@pytest.mark.parametrize(
    ("run", "pieces"),
    [
        ("a", ["a"]),
        ("a && b; c\nd || e", ["a", " && b", "; c", "\nd", " || e"]),
        ('a \'x; y\' && "b \\" ; c" \\; d', ["a 'x; y'", ' && "b \\" ; c" \\; d']),
    ],
)
def test_commands(run: str, pieces: list[str]) -> None:
    """A shell line is cut where a command ends, and not within quotes."""
    assert pieces == list(commands(run))


def test_blocks() -> None:
    """What is indented belongs to the line above; nothing is lost."""
    pieces = list(blocks(SCRIPT))
    assert [b"import os\n", b"import sys\n\n"] == pieces[:2]
    assert pieces[2].startswith(b"def main():\n    print")
    assert SCRIPT == b"".join(pieces)
    assert [] == list(blocks(b""))
