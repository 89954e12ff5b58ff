"""Tests of the page in a browser; they are skipped where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict
from tests.report.html import chromium
from tests.report.html.chromium import Browser
from tests.report.html.pages import report, write_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(chromium.MISSING), reason=f"not installed: {chromium.MISSING}"),
]

HOSTILE = "<img src=x onerror='window.caught = 1'></script>\x1b[2J"
CASES = ("one", "two", "it's; rm -rf $HOME `x`")
PYTHONS = ("2.7.18", "3.11.2-debian", "3.12.1")
BUILDERS = ("reference", "exec:/a b/builder")


def _cells() -> Iterator[Verdict]:
    for builder in BUILDERS:
        for python in PYTHONS:
            yield make_verdict("scripts/plain", builder=builder, python=python)
            yield make_verdict("scripts/skipped", Outcome.SKIPPED, builder=builder, python=python)
            for case in CASES:
                yield make_verdict(f"venvs/family[{case}]", builder=builder, python=python)
            for number in range(300):
                yield make_verdict(f"wrappers/w{number:03}", builder=builder, python=python)
    yield make_verdict(
        "scripts/wrong",
        Outcome.DIFFERS,
        builder="reference",
        python="3.12.1",
        reason="stdout differs",
        summary=HOSTILE,
        origin=("NixOS/nixpkgs#1", HOSTILE),
        differences=(make_difference("it is here\n", "it is there\n", what=HOSTILE),),
    )
    yield make_verdict(
        "scripts/wrong", Outcome.ERROR, builder=BUILDERS[1], python="2.7.18", reason="broke"
    )


CELLS = tuple(_cells())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a thousand cells and some."""
    out = tmp_path_factory.mktemp("page") / "page.html"
    before = [one for one in CELLS if one.scenario != "scripts/wrong"]
    before.append(make_verdict("scripts/wrong", builder="reference"))
    return write_page([report(*CELLS)], out, baseline=report(*before))


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium.browser() as found:
        yield found


@pytest.fixture
def opened(window: Browser, page: Path) -> Iterator[Browser]:
    """The page, just opened; whatever is done to it, nothing may be complained of."""
    window.look()
    window.open(page)
    yield window
    assert window.complaints() == []


ROWS = """return [...document.querySelectorAll("#view tbody tr:not(.gap) th")]
    .map(one => one.textContent)"""
FOCUS = "const at = document.activeElement; return at.ariaLabel || at.textContent"
STORY = "return document.getElementById('story').open"


def names(window: Browser) -> list[str]:
    """The rows that are drawn."""
    return [name.strip("▾▸ ") for name in window.do(ROWS)]


def test_the_matrix(opened: Browser) -> None:
    """Every outcome has a glyph, a label and its column; only rows in sight have nodes."""
    first = ["scripts  3", "plain", "skipped", "wrong", "venvs  3", "family  3 cases"]
    assert names(opened)[:6] == first
    cells = "return [...document.querySelector('#view tbody').rows[arguments[0]].cells].slice(1, 7)"
    labels = f"{cells}.map(one => one.textContent + one.ariaLabel)"
    assert opened.do(labels, 1) == ["✓parity"] * 6
    assert opened.do(labels, 2) == ["·skipped"] * 6
    none = "no cell"
    failures = [none, none, "✗differs, broken", "!error, new", none, none]
    assert opened.do(labels, 3) == failures
    assert opened.do("return document.querySelectorAll('#view tbody tr').length") < 80


def test_scrolling(opened: Browser) -> None:
    """The last row is drawn once somebody scrolls there."""
    assert "w299" not in names(opened)
    opened.do("document.getElementById('view').scrollTop = 1e6")
    opened.wait("return document.querySelector('#view tbody').textContent.includes('w299')")
    assert "plain" not in names(opened)


def test_search(opened: Browser, page: Path) -> None:
    """A search is in the address, and the address brings it back."""
    opened.press("/", *"w29 hello")
    assert names(opened)[0] == "wrappers  10"
    address = opened.do("return location.hash")
    assert address == "#q=w29+hello"
    opened.open(page, address[1:])
    assert names(opened) == ["wrappers  10", *(f"w29{number}" for number in range(10))]
    opened.do("document.getElementById('reset').click()")
    assert names(opened)[0] == "scripts  3"
    assert opened.do("return location.hash") == ""


def test_reasons_are_searched(opened: Browser) -> None:
    """A search finds scenarios by the reason of one of their cells."""
    opened.press("/", *"broke")
    assert names(opened) == ["scripts  1", "wrong"]


def test_nothing_found(opened: Browser) -> None:
    """A search that finds nothing says so."""
    opened.press("/", *"nowhere")
    assert (
        opened.do("return document.getElementById('view').textContent") == "No cell is like that."
    )


@pytest.mark.parametrize(
    ("fragment", "count"),
    [
        ("o=differs", 1),
        ("o=differs,error", 2),
        ("c=broken", 1),
        ("b=reference&o=error", 0),
        ("t=scripts", 14),
        ("p=2.7.18&t=scripts", 5),
        ("o=nonsense&t=nonsense", len(CELLS)),
    ],
)
def test_filters(opened: Browser, page: Path, fragment: str, count: int) -> None:
    """Outcomes, changes, builders, themes and interpreters are filtered by, and linked to."""
    opened.open(page, fragment)
    assert opened.do("return document.getElementById('count').textContent").startswith(
        f"{count:,} cells"
    )


def test_a_chip(opened: Browser) -> None:
    """A click on an outcome shows its cells, and another click all again."""
    chip = "document.querySelector('#outcomes [value=d]')"
    opened.do(f"{chip}.click()")
    assert names(opened) == ["scripts  1", "wrong"]
    assert opened.do(f"return [{chip}.ariaPressed, location.hash]") == ["true", "#o=differs"]
    opened.do(f"{chip}.click()")
    assert names(opened)[0] == "scripts  3"


def test_themes_and_families(opened: Browser) -> None:
    """A theme is folded and a family unfolded by the keyboard alone."""
    opened.do("document.querySelector('#view tbody th').focus()")
    opened.press("\ue007")
    assert names(opened)[:2] == ["scripts  3", "venvs  3"]
    opened.press("\ue015", "\ue015", "\ue007")
    assert names(opened)[2:6] == ["family  3 cases", *(f"[{case}]" for case in sorted(CASES))]
    assert opened.do("return document.activeElement.ariaExpanded") == "true"


def test_the_keyboard(opened: Browser) -> None:
    """Arrow keys move, n finds the next failure, Enter opens it, Escape leads back."""
    opened.do("document.querySelector('#view tbody th').focus()")
    opened.press("\ue014", "\ue015")
    assert opened.do(FOCUS) == "parity"
    opened.press("n")
    assert opened.do(FOCUS) == "differs, broken"
    opened.press("\ue007")
    opened.wait(STORY)
    assert "cell=scripts%2Fwrong%7Creference%7C3.12.1" in opened.do("return location.hash")
    opened.press("n")
    opened.wait("return document.querySelector('.where').textContent.endsWith('on 2.7.18')")
    opened.press("\ue00c")
    opened.wait("return document.activeElement.ariaLabel === 'error, new'")
    assert opened.do(STORY) is False
    opened.press("\ue010")
    assert opened.do("return document.activeElement.cellIndex") == len(BUILDERS) * len(PYTHONS)
    opened.press("\ue00f", "\ue011")
    assert opened.do(FOCUS).startswith("w0")
    opened.press("\ue00e")
    assert opened.do(FOCUS) == "wrong"


def test_a_story(opened: Browser, page: Path) -> None:
    """A link to a cell opens its story; what a report says is text in it and nothing else."""
    opened.open(page, "cell=scripts/wrong|reference|3.12.1")
    opened.wait(STORY)
    shown = opened.do("return document.getElementById('story').textContent")
    literal = HOSTILE.replace("\x1b", "\\x1b")
    for text in (literal, "stdout differs", "Broken: it was parity", "it is here", "it is there"):
        assert text in shown
    marked = "return [...document.querySelectorAll('.diff mark')].map(one => one.textContent)"
    assert opened.do(marked) == ["here", "there"]
    links = "return [...document.querySelectorAll('#story a')].map(one => one.href)"
    assert opened.do(links) == ["https://github.com/NixOS/nixpkgs/issues/1"]
    assert opened.do("return [document.images.length, window.caught]") == [0, None]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_the_command(opened: Browser, page: Path, builder: str, case: str) -> None:
    """The command of a story is the one that a terminal is given, quoted for a shell."""
    verdict = make_verdict(f"venvs/family[{case}]", builder=builder)
    found = opened.do(
        "const at = [data.builders.indexOf(arguments[0]), names.indexOf(arguments[1]),"
        " data.pythons.findIndex(one => one[0] === arguments[2])]; return command(...at)",
        builder,
        verdict.scenario,
        verdict.python,
    )
    assert found == verdict.rerun


def test_copying(opened: Browser, page: Path) -> None:
    """The button copies the command."""
    opened.open(page, "cell=scripts/wrong|reference|3.12.1")
    opened.wait(STORY)
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    opened.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": permissions})
    opened.do("document.querySelector('.again button').click()")
    opened.wait("return document.querySelector('.again button').textContent === 'Copied'")
    copied = opened.driver.execute_async_script(
        "navigator.clipboard.readText().then(arguments[0], e => arguments[0](String(e)))"
    )
    assert copied == "envparity run scripts/wrong --builder reference --python 3.12.1"


def test_folded_builders(opened: Browser) -> None:
    """A folded builder has one column, which counts its failures and opens the worst cell."""
    opened.do("document.getElementById('fold').click()")
    row = "document.querySelector('#view tbody').rows[3]"
    labels = opened.do(f"return [...{row}.cells].slice(1, 3).map(one => one.ariaLabel)")
    assert labels == ["differs, broken", "error, new"]
    opened.do(f"{row}.cells[1].click()")
    assert opened.wait("return document.querySelector('.where')?.textContent") == (
        "reference on 3.12.1"
    )


def test_printing(opened: Browser) -> None:
    """Paper has every row, not only those in sight."""
    opened.do("dispatchEvent(new Event('beforeprint'))")
    assert len(names(opened)) == 3 + 3 + 1 + 300
    opened.do("dispatchEvent(new Event('afterprint'))")
    assert len(names(opened)) < 80


@pytest.mark.skipif(chromium.AXE not in os.environ, reason=f"{chromium.AXE} names no axe.min.js")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1600])
def test_axe(opened: Browser, page: Path, width: int, dark: bool) -> None:
    """axe-core has nothing against the matrix, the run's facts or a story."""
    axe = Path(os.environ[chromium.AXE]).read_text(encoding="utf-8")
    opened.look(width=width, dark=dark)
    opened.open(page)
    opened.do("document.querySelector('details').open = true")
    assert opened.findings(axe) == []
    opened.open(page, "cell=scripts/wrong|reference|3.12.1")
    opened.wait(STORY)
    opened.do("document.getAnimations().forEach(one => one.finish())")
    assert opened.findings(axe) == []
