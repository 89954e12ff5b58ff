"""An interpreter becomes a package: what is copied, and what names its new place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from envparity.builders.nixpkgs import interpreter
from tests.builders.test_adapter import script

FILES = {
    "bin/python3.12": "\x7fELF /base \0",
    "bin/pydoc3.12": "#!/base/bin/python3.12\n",
    "bin/pip": "#!/base/bin/python3.12\n",
    "include/python3.12/Python.h": "/* /base */",
    "lib/libpython3.12.so.1.0": "/base",
    "lib/pkgconfig/python3.pc": "prefix=/base\nold=/base-old:/base.d\n",
    "lib/python3.12/os.py": "x = '/base'\n",
    "lib/python3.12/_sysconfigdata__linux_.py": "a = '/base/lib'\n",
    "lib/python3.12/config-3.12-x/Makefile": "prefix= /base\n",
    "lib/python3.12/__pycache__/os.pyc": "",
    "lib/python3.12/site-packages/pip.py": "",
    "lib/python3.12/test/test_os.py": "",
    "share/man/python.1": "/base",
    "var/log": "",
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """An interpreter of a few files at the prefix *base*."""
    folder = tmp_path / "base"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("/base", str(folder)))
    (folder / "bin" / "python3").symlink_to("python3.12")
    return folder


def test_what_is_copied(base: Path, tmp_path: Path) -> None:
    """The interpreter and its library are copied, neither packages nor tests nor bytecode."""
    interpreter.copy(base, tmp_path / "out", "lib/python3.12")
    there = {name for name in FILES if (tmp_path / "out" / name).is_file()}
    assert set(FILES) - there == {
        "bin/pip",
        "lib/python3.12/__pycache__/os.pyc",
        "lib/python3.12/site-packages/pip.py",
        "lib/python3.12/test/test_os.py",
        "var/log",
    }
    assert (tmp_path / "out" / "bin" / "python3").readlink() == Path("python3.12")
    assert list((tmp_path / "out" / "lib" / "python3.12" / "site-packages").iterdir()) == []


def test_what_is_rerooted(base: Path, tmp_path: Path) -> None:
    """Records of the prefix name the new one; all else stays as it is."""
    out = tmp_path / "out"
    interpreter.copy(base, out, "lib/python3.12")
    interpreter.reroot(base, out, "lib/python3.12")
    changed = {
        name
        for name, text in FILES.items()
        if (out / name).is_file() and (out / name).read_text() != text.replace("/base", str(base))
    }
    assert changed == {
        "bin/pydoc3.12",
        "lib/pkgconfig/python3.pc",
        "lib/python3.12/_sysconfigdata__linux_.py",
        "lib/python3.12/config-3.12-x/Makefile",
    }
    assert (out / "lib/pkgconfig/python3.pc").read_text() == (
        f"prefix={out}\nold={base}-old:{base}.d\n"
    )


def test_the_whole_of_it(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs find their libpython, and bytecode is made for the times that Nix gives."""
    patchelf = script(tmp_path / "patchelf", f'echo "$@" >> {tmp_path}/patched')
    customize = tmp_path / "customize.py"
    customize.write_text("x = 1\n")
    out = tmp_path / "out"
    ran: list[list[str]] = []
    real = subprocess.run

    def run(words: list[str], *, check: bool) -> None:
        ran.append(words)
        if words[0] == str(patchelf):
            real(words, check=check)

    monkeypatch.setattr(subprocess, "run", run)
    words = [str(base), str(out), "python3.12", str(patchelf), str(customize)]
    monkeypatch.setattr(sys, "argv", ["interpreter.py", *words])
    interpreter.main()
    assert (tmp_path / "patched").read_text() == f"--set-rpath {out}/lib {out}/bin/python3.12\n"
    assert ran[-1][:1] + ran[-1][2:4] == [str(out / "bin" / "python3.12"), "-m", "compileall"]
    assert (out / "lib/python3.12/site-packages/sitecustomize.py").read_text() == "x = 1\n"
    times = {os.lstat(path).st_mtime for path in out.rglob("*")}
    assert times == {1.0}


def test_without_a_libpython(base: Path, tmp_path: Path) -> None:
    """A program that holds all of Python itself needs no patchelf."""
    (base / "lib" / "libpython3.12.so.1.0").unlink()
    interpreter.relink(base, str(tmp_path / "nothing"))
    assert (base / "bin" / "python3.12").exists()
