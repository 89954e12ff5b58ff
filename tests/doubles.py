"""Values that stand for the real thing: interpreters, scenarios, verdicts made up for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from envparity.cache import Cache
from envparity.comparison import Difference
from envparity.interpreter import Interpreter
from envparity.package import Wheel
from envparity.sandbox import Sandbox
from envparity.scenario import Scenario, Step
from envparity.step import StepOutcome
from envparity.verdict import Outcome, Verdict
from envparity.workshop import Workshop


def make_interpreter(version: str = "3.12.1", **changes: Any) -> Interpreter:
    """An interpreter in /opt, or in the *prefix* among the changes, as `configure` lays it out."""
    minor = ".".join(version.split(".")[:2])
    flags = changes.get("abiflags", "")
    debian = "-debian" if changes.get("debian_layout") else ""
    prefix = Path(changes.get("prefix", f"/opt/{version}{flags}{debian}"))
    stdlib = f"{prefix}/lib/python{minor}"
    one = Interpreter(
        executable=prefix / "bin" / f"python{minor}",
        version=version,
        implementation="cpython",
        prefix=prefix,
        base_prefix=prefix,
        libpython=prefix / "lib" / f"libpython{minor}.so",
        debian_layout=False,
        free_threaded="t" in flags,
        abiflags=flags,
        paths={
            "stdlib": stdlib,
            "platstdlib": stdlib,
            "purelib": f"{stdlib}/site-packages",
            "platlib": f"{stdlib}/site-packages",
            "include": f"{prefix}/include/python{minor}{flags}",
            "platinclude": f"{prefix}/include/python{minor}{flags}",
            "scripts": f"{prefix}/bin",
            "data": str(prefix),
        },
        site_packages=(f"{stdlib}/site-packages",),
        config_vars={},
        has_ensurepip=True,
        has_venv=True,
        programs=("python", "python3", f"python{minor}", f"python{minor}-config"),
        found_in=("pyenv",),
        fingerprint=f"{version}{flags}{debian}",
    )
    return attrs.evolve(one, **changes)


def make_debian(**changes: Any) -> Interpreter:
    """Debian 12's python3.11, which shares /usr with the system."""
    packages = "/usr/local/lib/python3.11/dist-packages"
    layout: dict[str, Any] = {
        "prefix": Path("/usr"),
        "libpython": None,
        "debian_layout": True,
        "paths": {
            "stdlib": "/usr/lib/python3.11",
            "platstdlib": "/usr/lib/python3.11",
            "purelib": packages,
            "platlib": packages,
            "include": "/usr/include/python3.11",
            "platinclude": "/usr/include/python3.11",
            "scripts": "/usr/local/bin",
            "data": "/usr/local",
        },
        "site_packages": (packages, "/usr/lib/python3/dist-packages"),
        "config_vars": {
            "BINDIR": "/usr/bin",
            "INCLUDEDIR": "/usr/include",
            "INCLUDEPY": "/usr/include/python3.11",
            "LIBDIR": "/usr/lib/x86_64-linux-gnu",
            "LIBPL": "/usr/lib/python3.11/config-3.11-x86_64-linux-gnu",
        },
        "programs": ("python3", "python3.11", "python3.11-config", "python3-config"),
        "found_in": ("PATH",),
    }
    return make_interpreter("3.11.2", **{**layout, **changes})


def make_scenario(name: str = "scripts/hello", **changes: Any) -> Scenario:
    """A scenario of one step, and no folder."""
    theme, _, short = name.partition("/")
    fields: dict[str, Any] = {
        "theme": theme,
        "name": short,
        "path": Path("/corpus") / name,
        "summary": "A script says hello",
        "origin": ("PEP 405",),
        "steps": (Step("hello"),),
    }
    return Scenario(**{**fields, **changes})


def make_outcome(stdout: str = "", **changes: Any) -> StepOutcome:
    """What a step that did well left behind."""
    return StepOutcome(**{"exit": 0, "stdout": stdout, "stderr": "", **changes})


def make_difference(vanilla: str = "a", environment: str = "b", **changes: Any) -> Difference:
    """A difference on the first step's stdout."""
    fields = {"step": 0, "run": "hello", "what": "stdout", **changes}
    return Difference(vanilla=vanilla, environment=environment, **fields)


def make_verdict(
    scenario: str = "scripts/hello", outcome: Outcome = Outcome.PARITY, **changes: Any
) -> Verdict:
    """A verdict on the reference with 3.12.1; what differs has a difference."""
    fields: dict[str, Any] = {
        "scenario": scenario,
        "builder": "reference",
        "python": "3.12.1",
        "outcome": outcome,
        "reason": "" if outcome is Outcome.PARITY else "for a reason",
        "differences": (make_difference(),) if outcome is Outcome.DIFFERS else (),
        "summary": "A script says hello",
        "origin": ("PEP 405",),
    }
    return Verdict(**{**fields, **changes})


def make_header(**changes: Any) -> dict[str, Any]:
    """The header of a report on the reference with 3.12.1, as a run writes it."""
    fields: dict[str, Any] = {
        "kind": "header",
        "format": 1,
        "envparity": "1.0",
        "started": "2024-05-06T07:08:09+00:00",
        "commands": ["envparity run --builder reference --python 3.12.1"],
        "shard": None,
        "dealt_by": None,
        "planned": 1,
        "scenarios": [],
        "corpus": "c0ffee",
        "builders": [
            {
                "asked": "reference",
                "name": "reference",
                "version": "1",
                "homepage": "https://example.org",
                "fingerprint": "f1",
            }
        ],
        "interpreters": [
            {
                "python": "3.12.1",
                "version": "3.12.1",
                "executable": "/opt/3.12.1/bin/python3.12",
                "build": "shared libpython",
                "fingerprint": "f2",
                "hidden": ["pip"],
            }
        ],
        "problems": [],
        "tools": {"uv": "/usr/bin/uv:1:1"},
        "machine": "Linux 6.1 x86_64",
        "host_python": "3.11.2",
        "user": "ordinary",
        "namespaces": True,
        "why_plain": None,
    }
    return {**fields, **changes}


def make_wheel(folder: Path, name: str = "greeter", version: str = "1.0") -> Wheel:
    """A wheel in *folder*, which no installer would take."""
    path = folder / f"{name}-{version}-py2.py3-none-any.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name)
    return Wheel(path, name, version, (), f"digest of {name}")


def make_workshop(folder: Path, **changes: Any) -> Workshop:
    """A workshop below *folder* with a cache, and a sandbox that nobody has started."""
    run = folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    fields: dict[str, Any] = {
        "cache": Cache.at(folder / "cache"),
        "folder": run,
        "sandbox": Sandbox(folder=run / "cell", expose=(), namespaces=True),
        "data": folder / "data",
        "tools": {},
    }
    return Workshop(**{**fields, **changes})
