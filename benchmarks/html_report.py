"""How large a page of a run is, how soon a browser shows it, and what axe-core finds in it.

    python -m benchmarks.html_report REPORT.jsonl --axe axe.min.js --differing OTHER.jsonl

The largest run is made from a real one: as many builders as asked for, each with every cell of
REPORT, and for each builder a larger share of the differences of the OTHERs. It needs Chromium,
its driver and selenium; axe-core is a file of the npm package of that name.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from envparity.report.html.page import html
from envparity.report.jsonl import Report, read_report
from envparity.report.products import steps_of
from envparity.verdict import Outcome, Verdict
from tests.report.html.chromium import Browser, browser

#: The share of cells that differ, builder by builder: the reference, and worse and worse ones.
SHARES = (0.0, 0.002, 0.01, 0.03, 0.05, 0.08, 0.12, 0.16, 0.2)

_FILTER = """
const query = document.getElementById("query"), began = performance.now();
query.value = arguments[0];
query.dispatchEvent(new Event("input", {bubbles: true}));
document.body.offsetHeight;
return performance.now() - began;
"""


def largest(report: Report, others: Sequence[Report], builders: int) -> Report:
    """A run of many builders, made from *report* and the differences in *others*."""
    chance = random.Random(7)
    wrong = [
        one for other in (report, *others) for one in other.verdicts if one.outcome.is_deviation
    ]
    names = ["reference", *(f"builder-{number}" for number in range(2, builders + 1))]
    cells: list[Verdict] = []
    for name, share in zip(names, itertools.cycle(SHARES), strict=False):
        for one in report.verdicts:
            found = evolve(one, builder=name)
            if one.outcome is Outcome.PARITY and wrong and chance.random() < share:
                like = chance.choice(wrong)
                # No two builders fail in the very same words.
                own = [
                    evolve(each, environment=f"{each.environment}{name} {one.scenario}\n")
                    for each in like.differences
                ]
                found = evolve(
                    found,
                    outcome=like.outcome,
                    reason=like.reason,
                    differences=tuple(own),
                    expected=chance.choice(["", "known, and written down"]),
                )
            cells.append(found)
    header = {**report.header, "builders": [{"asked": name, "name": name} for name in names]}
    return Report(header, tuple(cells), {})


def _open_story(window: Browser) -> None:
    window.do("document.querySelector('td.d, td.x, td.e, td.r').click()")
    window.wait("return document.getElementById('story').open")
    window.do("document.getAnimations().forEach(one => one.finish())")


def main() -> None:
    """Make the page, open it, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("report", type=Path)
    parser.add_argument("--differing", type=Path, action="append", default=[])
    parser.add_argument("--builders", type=int, default=9)
    parser.add_argument("--axe", type=Path)
    parser.add_argument("--page", type=Path, help="Keep the page here.")
    parser.add_argument("--screenshots", type=Path, help="Put pictures into this folder.")
    options = parser.parse_args()
    run = largest(
        read_report(options.report),
        [read_report(one) for one in options.differing],
        options.builders,
    )
    with tempfile.TemporaryDirectory() as folder:
        page = options.page or Path(folder) / "page.html"
        steps = steps_of(None)
        began = time.perf_counter()
        with page.open("w", encoding="utf-8") as file:
            file.writelines(html([run], steps=steps))
        took = time.perf_counter() - began
        failing = sum(one.outcome.is_deviation for one in run.verdicts)
        print(f"cells        {len(run.verdicts):,}, {failing:,} differing")
        print(f"written in   {took:.1f} s")
        print(f"size         {page.stat().st_size / 1e6:.2f} MB")
        _measure(page, options)


def _measure(page: Path, options: argparse.Namespace) -> None:
    with browser() as window:
        loads = sorted(window.open(page) for _ in range(5))
        if not window.do("return document.querySelectorAll('#view td').length"):
            raise SystemExit(f"the page shows no cells: {window.complaints()}")
        print(f"load         {loads[2]:.2f} s (median of 5, worst {loads[-1]:.2f} s)")
        for query in ("p", "python", "no such thing", ""):
            took = sorted(window.do(_FILTER, query) for _ in range(5))
            print(f"filter       {took[2]:.0f} ms for {query!r} (worst {took[-1]:.0f} ms)")
        nodes = window.do("return document.getElementsByTagName('*').length")
        print(f"nodes        {nodes:,}")
        for width, dark in itertools.product((1600, 400), (False, True)):
            window.look(width=width, dark=dark)
            window.open(page)
            _picture(window, f"matrix-{width}-{'dark' if dark else 'light'}", options)
            _open_story(window)
            _picture(window, f"story-{width}-{'dark' if dark else 'light'}", options)
        for complaint in window.complaints():
            print(f"console      {complaint}")


def _picture(window: Browser, name: str, options: argparse.Namespace) -> None:
    if options.screenshots:
        options.screenshots.mkdir(exist_ok=True, parents=True)
        window.driver.save_screenshot(str(options.screenshots / f"{name}.png"))
    if options.axe:
        found = window.findings(options.axe.read_text(encoding="utf-8"))
        print(f"axe          {name}: {len(found)} findings")
        for one in found:
            print(f"             {one}")


if __name__ == "__main__":
    main()
