"""Tests of the oracle: that it is what pip would have made, and that it hides what it must."""

from __future__ import annotations

import csv
import os
import subprocess
from pathlib import Path

import pytest

from envparity.cache import Cache
from envparity.contract import manifest
from envparity.interpreter import Interpreter, discover, select
from envparity.package import Wheel, build_wheel
from envparity.sandbox import Command, Job, Overlay, Sandbox
from envparity.vanilla import (
    bare_base,
    foreign_programs,
    hidden_packages,
    lay_out,
    vanilla_environment,
)


def interpreters() -> list[Interpreter]:
    """Every CPython of this machine."""
    found, _ = discover(cache_dir=Path(os.environ.get("TMPDIR", "/tmp")) / "envparity-tests")
    return select("all", found)


FOUND = interpreters()


@pytest.fixture(params=FOUND, ids=[one.label for one in FOUND])
def interpreter(request: pytest.FixtureRequest) -> Interpreter:
    """Each interpreter in turn."""
    one: Interpreter = request.param
    return one


@pytest.fixture
def wheel(tmp_path: Path, interpreter: Interpreter) -> Wheel:
    """A wheel with something in every place that a wheel has."""
    folder = tmp_path / "greeter"
    for name, content in {
        "lib/greeter/__init__.py": "def main():\n    print('hello')\n",
        "lib/single.py": "",
        "bin/script": "#!python -s\nimport greeter\n",
        "bin/shell": "#!/bin/sh\necho hello\n",
        "bin/plain": "no program at all\n",
        "share/greeter/data.txt": "data\n",
        "include/greeter.h": "#define GREETER 1\n",
        "package.toml": '[console-scripts]\ngreet = "greeter:main"\n',
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return build_wheel(folder, interpreter=interpreter, destination=tmp_path)


#: What pip writes about how it came to install something; a record of the installer, not of the
#: installation.
PIPS_OWN = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")


class TestLayer:
    """The layer is what the interpreter's own pip installs."""

    def test_like_pip(self, tmp_path: Path, interpreter: Interpreter, wheel: Wheel) -> None:
        """Every file is where pip puts it, with pip's contents and modes."""
        has_pip = subprocess.run([interpreter.executable, "-m", "pip", "--version"], check=False)
        if has_pip.returncode:
            pytest.skip(f"{interpreter.label} has no pip to compare with")
        layer, root = tmp_path / "layer", tmp_path / "root"
        layer.mkdir()
        lay_out(interpreter, [wheel], layer)
        command: list[str | Path] = [
            *(interpreter.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet"),
            *("--no-compile", "--no-warn-script-location", "--disable-pip-version-check"),
            *("--root", root, "--ignore-installed", wheel.path),
        ]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
        clean |= {"PIP_BREAK_SYSTEM_PACKAGES": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, check=True, env=clean, umask=0o022)
        assert self.listing(root) == self.listing(layer)
        assert self.records(root) == self.records(layer)
        first_lines = [
            {path.read_bytes().split(b"\n")[0] for path in folder.rglob("bin/greet")}
            for folder in (root, layer)
        ]
        assert first_lines[0] == first_lines[1] == {b"#!" + os.fsencode(interpreter.executable)}

    def listing(self, folder: Path) -> list[str]:
        """What is there, but for pip's own notes and for what hides the base's packages.

        How the program of an entry point is worded differs between versions of pip.
        """
        lines = (
            line.rsplit(" ", 1)[0] if "bin/greet " in line else line for line in manifest(folder)
        )
        return [
            line
            for line in lines
            if not line.rsplit(" ", 1)[0].endswith(PIPS_OWN) and line[0] not in "cd"
        ]

    def records(self, folder: Path) -> list[list[str]]:
        """The rows of RECORD, but for pip's own notes and bytecode."""
        (record,) = folder.rglob("*.dist-info/RECORD")
        rows = list(csv.reader(record.read_text().splitlines()))
        left_out = (*PIPS_OWN, ".pyc", "bin/greet")
        # Before pip 20 a program was recorded as it was in the wheel.
        return sorted(
            row[:1] if row[0].endswith("bin/script") else row
            for row in rows
            if not row[0].endswith(left_out)
        )

    def test_no_new_folders(self, tmp_path: Path, interpreter: Interpreter) -> None:
        """Without packages the layer adds no folder that the interpreter does not have."""
        lay_out(interpreter, [], tmp_path / "layer")
        for where, folders, _ in os.walk(tmp_path / "layer"):
            for name in folders:
                relative = Path(where, name).relative_to(tmp_path / "layer")
                assert Path("/", relative).is_dir()


class TestEnvironment:
    """Vanilla as a cell sees it."""

    def test_in_place(self, tmp_path: Path, interpreter: Interpreter, wheel: Wheel) -> None:
        """The packages are there and nothing else is, at the interpreter's own prefix."""
        cache = Cache.at(tmp_path / "cache")
        vanilla = vanilla_environment(interpreter, [wheel], cache, namespaces=True)
        assert (interpreter.prefix, interpreter.executable) == (vanilla.prefix, vanilla.python)
        program = (
            "import sys, os, site; print(sys.prefix); import greeter; greeter.main();"
            "print(sorted(n for p in site.getsitepackages() if os.path.isdir(p)"
            " for n in os.listdir(p)))"
        )
        commands = ((str(vanilla.python), "-c", program), (str(vanilla.scripts / "greet"),))
        with Sandbox(folder=tmp_path / "cell", expose=(tmp_path,), namespaces=True) as sandbox:
            first, second = sandbox.run(
                Job(
                    tuple(Command(command, 30.0) for command in commands),
                    Path("/"), {}, mounts=vanilla.mounts,
                )
            )  # fmt: skip
        names = ["greeter", "greeter-1.0.dist-info", "single.py"]
        assert f"{interpreter.prefix}\nhello\n{names}\n" == first.stdout, first.stderr
        assert "hello\n" == second.stdout, second.stderr

    def test_relocated(self, tmp_path: Path, interpreter: Interpreter, wheel: Wheel) -> None:
        """Without namespaces a copy serves, which starts at its own prefix."""
        cache = Cache.at(tmp_path / "cache")
        vanilla = vanilla_environment(interpreter, [wheel], cache, namespaces=False)
        program = "import sys; print(sys.prefix); import greeter; greeter.main()"
        ended = subprocess.run(
            [vanilla.python, "-c", program], capture_output=True, text=True, check=True, env={}
        )
        assert f"{vanilla.prefix}\nhello\n" == ended.stdout
        greet = subprocess.run([vanilla.scripts / "greet"], capture_output=True, check=True, env={})
        assert b"hello\n" == greet.stdout


class TestHiding:
    """What the user installed into an interpreter has no part in a verdict."""

    def test_hidden_packages(self, tmp_path: Path, interpreter: Interpreter) -> None:
        """They are known by name, and a base is seen without them."""
        names = hidden_packages(interpreter)
        mounts = bare_base(interpreter, Cache.at(tmp_path / "cache"))
        assert all(not isinstance(mount, Overlay) for mount in mounts)
        present = [site for site in interpreter.site_packages if Path(site).is_dir()]
        assert present == [str(mount.target) for mount in mounts]
        entries = {name for site in present for name in os.listdir(site)} - {"__pycache__"}
        assert sorted(entries) == list(names)

    def test_programs_of_packages(self, interpreter: Interpreter) -> None:
        """Programs that packages brought are hidden with them, the interpreter's own are not."""
        foreign = {path.name for path in foreign_programs(interpreter)}
        assert foreign.isdisjoint(interpreter.programs)
        if any(name.startswith("pip-") for name in hidden_packages(interpreter)):
            shared = interpreter.debian_layout
            assert shared or any(name.startswith("pip") for name in foreign)
