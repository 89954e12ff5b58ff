"""Interpreters that are replaced, removed or tampered with; always a private copy of one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from envparity.interpreter import Interpreter
from tests.acceptance.conftest import Runner
from tests.faults.conftest import judged_again, slow_scenario, start, until
from tests.faults.test_kills import kinds_of


@pytest.fixture(name="copied")
def _copied(tmp_path: Path, interpreters: list[Interpreter]) -> Path:
    """A copy of an interpreter with a shared libpython, which lies in its original's prefix."""
    shared = [one for one in interpreters if one.libpython and one.release.release >= (3, 11)]
    if not shared:
        pytest.skip("there is no CPython with a shared libpython")
    one, prefix = shared[-1], tmp_path / "python"
    (prefix / "bin").mkdir(parents=True)
    program = prefix / "bin" / one.executable.name
    shutil.copy2(one.executable, program)
    stdlib = Path(one.paths["stdlib"])
    ignored = shutil.ignore_patterns("test", "tests", "idlelib", "config-*", "__pycache__",
                                     "site-packages", "ensurepip", "lib2to3")  # fmt: skip
    copy = prefix / stdlib.relative_to(one.prefix)
    shutil.copytree(stdlib, copy, symlinks=True, ignore=ignored)
    (copy / "site-packages").mkdir()
    return program


@pytest.fixture(name="alone")
def _alone(corpus: Path) -> Path:
    """The corpus without packages, and with a scenario that takes its time."""
    shutil.rmtree(corpus / "scripts")
    slow_scenario(corpus, 2)
    return corpus


@pytest.mark.parametrize("fault", ["replaced", "removed", "library removed"])
def test_in_the_middle_of_a_run(alone: Path, tmp_path: Path, copied: Path, fault: str) -> None:
    """The run ends; and when the interpreter is back, the next one is right."""
    cache = tmp_path / "cache"
    builder = ("--builder", "vanilla", "-n", "0")
    arguments = (f"--corpus={alone}", f"--python={copied}", *builder)
    stdlib = next(copied.parents[1].glob("lib/python3*"))
    right = judged_again(cache, tmp_path, *arguments)
    assert "parity" in right.values()
    kept = tmp_path / "kept"
    with start(cache, tmp_path, *arguments) as process:
        assert until(lambda: kinds_of(process.pid)["step"])
        if fault == "library removed":
            stdlib.rename(kept)
        else:
            copied.rename(kept)
        if fault == "replaced":
            copied.write_text("#!/bin/sh\necho another\n")
            copied.chmod(0o755)
        output, _ = process.communicate(timeout=120)
    assert process.returncode in {0, 1, 4}, output
    assert "Traceback" not in output.replace("+Traceback", "").replace("-Traceback", "")
    if fault == "library removed":
        kept.rename(stdlib)
    else:
        kept.replace(copied)
    assert right == judged_again(cache, tmp_path, *arguments)


def test_tampered_with(
    envparity: Runner, alone: Path, tmp_path: Path, copied: Path, cache: Path
) -> None:
    """A changed library, and what runs at every start, stand in the header and on the terminal."""
    stdlib = next(copied.parents[1].glob("lib/python3*"))
    shutil.rmtree(alone / "processes")
    asked = (f"--corpus={alone}", f"--python={copied}", "-n0", "--builder", "vanilla")

    def kinds() -> set[tuple[str, str]]:
        ended = envparity(*asked)
        assert (0, {"parity": 1}) == (ended.status, ended.outcomes()), ended.output
        (one,) = ended.header["interpreters"]
        found = {(blemish["kind"], blemish["treatment"]) for blemish in one["blemishes"]}
        assert ("less than vanilla" in ended.output) == any(how == "named" for _, how in found)
        return found

    before = kinds()
    assert {("ensurepip", "named")} == before
    (stdlib / "site-packages" / "stray.pth").write_text("import sys; sys.stray = 1\n")
    (stdlib / "site-packages" / "sitecustomize.py").write_text("import sys; sys.stray = 2\n")
    assert {("pth", "hidden"), ("customize", "hidden")} == kinds() - before
    (stdlib / "usercustomize.py").write_text("")
    with (stdlib / "posixpath.py").open("a") as file:
        file.write("\nVANDAL = 1\n")
    found = kinds() - before
    assert {("customize", "named"), ("frozen", "named")} <= found


def test_customised_from_elsewhere(
    envparity: Runner, alone: Path, tmp_path: Path, copied: Path
) -> None:
    """An interpreter whose library loads foreign code at its start is no oracle: 4, by name."""
    stdlib = next(copied.parents[1].glob("lib/python3*"))
    elsewhere = copied.parents[1] / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "foreign.py").write_text("")
    loading = f"import sys; sys.path.insert(0, {str(elsewhere)!r}); import foreign\n"
    (stdlib / "sitecustomize.py").write_text(loading)
    ended = envparity(f"--corpus={alone}", f"--python={copied}", "-n0", "--builder", "vanilla")
    assert 4 == ended.status, ended.output
    assert f"vanilla's start loads {elsewhere}/foreign.py" in ended.output
