"""Headless Chromium, as tests and `benchmarks/html_report.py` drive it."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

#: Names axe.min.js of the npm package axe-core.
AXE = "ENVPARITY_AXE"

#: What stands in the way of a browser here; empty if nothing does.
MISSING = ", ".join(name for name in ("chromium", "chromedriver") if shutil.which(name) is None)


@frozen
class Browser:
    """One window."""

    driver: Any

    def open(self, page: Path, fragment: str = "") -> float:
        """Open *page* anew; seconds until it is drawn and takes input."""
        self.driver.get("about:blank")
        began = time.perf_counter()
        self.driver.get(page.as_uri() + (f"#{fragment}" if fragment else ""))
        self.driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
        return time.perf_counter() - began

    def do(self, script: str, *arguments: object) -> Any:
        """What *script* returns."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, seconds: float = 10) -> Any:
        """What *script* returns once that is true; AssertionError where it never is."""
        end = time.monotonic() + seconds
        while not (found := self.do(script)):
            assert time.monotonic() < end, f"never true: {script}"
            time.sleep(0.02)
        return found

    def press(self, *keys: str) -> None:
        """Press keys, one after another, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.driver, duration=0).send_keys(key).perform()

    def look(self, *, width: int = 1600, dark: bool = False) -> None:
        """Give the window another width, or the other colours."""
        size = {"width": width, "height": 1000 if width > 400 else 850}
        self._cdp("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._cdp("Emulation.setEmulatedMedia", features=[scheme])

    def complaints(self) -> list[str]:
        """What was written to the console: errors, and whatever the policy kept out."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def findings(self, axe: str) -> list[str]:
        """What axe-core has against the page as it is now, a line each."""
        # Its own text would be kept out by the page's policy; the debugger's is not.
        self._cdp("Runtime.evaluate", expression=axe)
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(r => done(r), e => done({error: `${e}`}))"
        )
        assert found.get("passes"), f"axe-core did not run: {found}"
        return [
            f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:150]}"
            for one in found["violations"]
        ]

    def _cdp(self, command: str, **arguments: object) -> None:
        self.driver.execute_cdp_cmd(command, arguments)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium for as long as the context lasts."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for one in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(one)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        window = Browser(driver)
        window.look()
        yield window
    finally:
        driver.quit()
