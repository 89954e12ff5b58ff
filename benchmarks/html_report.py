"""How large a page of a run is, how soon a browser shows it, and what axe-core finds in it.

    python benchmarks/html_report.py REPORT.jsonl --axe axe.min.js --differing OTHER.jsonl

The largest run is made from a real one: as many builders as asked for, each with every cell of
REPORT, and for each builder a larger share of the differences of the OTHERs. It needs Chromium,
its driver and selenium; axe-core is a file of the npm package of that name.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from envparity.plan import data_folder
from envparity.report.html.command import steps_of
from envparity.report.html.page import write_html
from envparity.report.jsonl import Report, read_report
from envparity.verdict import Outcome, Verdict

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


@contextlib.contextmanager
def browser(*, width: int = 1600, height: int = 1000, dark: bool = False) -> Iterator[Any]:
    """Headless Chromium with selenium's driver."""
    from selenium import webdriver  # noqa: PLC0415
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for one in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(one)
    service = Service(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield driver
    finally:
        driver.quit()


def load(driver: Any, page: Path) -> float:
    """Open *page*; seconds until it is drawn and takes input."""
    began = time.perf_counter()
    driver.get(page.as_uri())
    driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
    return time.perf_counter() - began


def findings(driver: Any, axe: str) -> list[dict[str, Any]]:
    """What axe-core has against the page as it is now."""
    driver.execute_script(axe)
    found = driver.execute_async_script(
        "axe.run().then(r => arguments[0](r.violations), e => arguments[0]([{id: String(e)}]))"
    )
    return list(found)


def _open_story(driver: Any) -> None:
    driver.execute_script("document.querySelector('td.d, td.x, td.e, td.r').click()")
    time.sleep(0.5)


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
        steps = steps_of(data_folder() / "scenarios")
        began = time.perf_counter()
        write_html([run], page, steps=steps)
        took = time.perf_counter() - began
        failing = sum(one.outcome.is_deviation for one in run.verdicts)
        print(f"cells        {len(run.verdicts):,}, {failing:,} differing")
        print(f"written in   {took:.1f} s")
        print(f"size         {page.stat().st_size / 1e6:.2f} MB")
        _measure(page, options)


def _measure(page: Path, options: argparse.Namespace) -> None:
    with browser() as driver:
        loads = sorted(load(driver, page) for _ in range(5))
        print(f"load         {loads[2]:.2f} s (median of 5, worst {loads[-1]:.2f} s)")
        for query in ("p", "python", "no such thing", ""):
            took = sorted(driver.execute_script(_FILTER, query) for _ in range(5))
            print(f"filter       {took[2]:.0f} ms for {query!r} (worst {took[-1]:.0f} ms)")
        nodes = driver.execute_script("return document.getElementsByTagName('*').length")
        print(f"nodes        {nodes:,}")
        _open_story(driver)
        for entry in driver.get_log("browser"):
            print("console     ", entry["message"])
    for width, dark in itertools.product((1600, 400), (False, True)):
        with browser(width=width, dark=dark, height=1000 if width > 400 else 850) as driver:
            for what in ("matrix", "story"):
                load(driver, page)
                if what == "story":
                    _open_story(driver)
                where = f"{what}-{width}-{'dark' if dark else 'light'}"
                if options.screenshots:
                    options.screenshots.mkdir(exist_ok=True, parents=True)
                    driver.save_screenshot(str(options.screenshots / f"{where}.png"))
                if options.axe:
                    found = findings(driver, options.axe.read_text(encoding="utf-8"))
                    print(f"axe          {where}: {len(found)} findings")
                    for one in found:
                        nodes = [node["html"][:120] for node in one.get("nodes", ())[:3]]
                        print(f"             {one.get('impact')} {one['id']}: {json.dumps(nodes)}")


if __name__ == "__main__":
    main()
