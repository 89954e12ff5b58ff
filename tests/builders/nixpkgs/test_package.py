"""A wheel becomes a package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from envparity.builders.nixpkgs import package
from envparity.package import build_wheel
from tests.builders.conftest import GREETER
from tests.doubles import make_interpreter


def test_where_things_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs name the interpreter, and nothing is there that nixpkgs would not add."""
    folder = tmp_path / "greeter"
    for name, text in {**GREETER, "include/greeter.h": "\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    wheel = build_wheel(folder, interpreter=make_interpreter(), destination=tmp_path)
    out = tmp_path / "out"
    words = [str(wheel.path), str(out), "/s/bin/python3.12", "lib/python3.12/site-packages"]
    monkeypatch.setattr(sys, "argv", ["package.py", *words])
    package.main()
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {name for name in files if "dist-info" not in name} == {
        "bin/greet",
        "bin/shout",
        "include/python3.12/greeter/greeter.h",
        "lib/python3.12/site-packages/greeter.py",
        "share/greeter/words",
    }
    assert not [name for name in files if name.endswith("/INSTALLER")]
    for name in ("greet", "shout"):
        assert (out / "bin" / name).read_text().startswith("#!/s/bin/python3.12\n")
