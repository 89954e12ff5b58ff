"""Tests of what stands after `--builder`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from envparity.builders import KINDS, Description, Request, Unsupported, expand, parse
from envparity.builders.program import ProgramBuilder
from envparity.builders.reference import LINK_MODES
from envparity.builders.vanilla import VanillaBuilder
from envparity.errors import UsageError
from tests.builders.nixpkgs.conftest import MINIATURE
from tests.doubles import make_interpreter, make_workshop


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Make a folder with three bugs, and modules beside them that are none."""
    for name in ("wrong_shebang", "lost_prefix", "late", "__init__", "__main__", "_shared"):
        path = tmp_path / "bugs" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def program(data: Path, text: str) -> ProgramBuilder:
    """Return the builder of *text*, which is a program."""
    builder = parse(text, data)
    assert isinstance(builder, ProgramBuilder)
    assert builder.name == text
    return builder


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("reference", ["reference"]),
        *((f"reference:{mode}", ["reference", "--link-mode", mode]) for mode in LINK_MODES),
        ("bug:late", ["bugs", "late"]),
        ("bug:wrong-shebang", ["bugs", "wrong-shebang"]),
    ],
)
def test_in_tree(data: Path, text: str, arguments: list[str]) -> None:
    """The reference and the bugs are modules that this Python runs from the data folder."""
    builder = program(data, text)
    assert builder.argv == (sys.executable, "-m", *arguments)
    assert builder.python_path == data


def test_vanilla(data: Path) -> None:
    """Vanilla is a builder that takes no argument."""
    assert isinstance(parse("vanilla", data), VanillaBuilder)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("referense", "no builder is called 'referense' (did you mean 'reference'?)"),
        ("exe:/bin/sh", "no builder is called 'exe:/bin/sh' (did you mean 'exec'?)"),
        ("vanilla:x", "no builder is called 'vanilla:x' (did you mean 'vanilla'?)"),
        ("", f"no builder is called '' (the kinds are {', '.join(KINDS)})"),
        ("zzz", f"no builder is called 'zzz' (the kinds are {', '.join(KINDS)})"),
        (
            "reference:link",
            "the reference has no link mode 'link' (it has symlink, folders, hardlink, copy)",
        ),
        ("bug:wrong-shebong", "no bug is called 'wrong-shebong' (nearest: wrong-shebang)"),
        ("bug:wrong_shebang", "no bug is called 'wrong_shebang' (nearest: wrong-shebang)"),
        ("venv:site", "venv has no kind 'site' (it has `venv:system-site`)"),
        ("uv:x", "no builder is called 'uv:x' (did you mean 'uv'?)"),
        ("bug:zzz", "no bug is called 'zzz' (nearest: late, lost-prefix, wrong-shebang)"),
        ("bug:", "no bug is called '' (nearest: late, lost-prefix, wrong-shebang)"),
        ("bug:--shared", "no bug is called '--shared' (nearest: late, lost-prefix, wrong-sheba"),
    ],
)
def test_unknown(data: Path, text: str, complaint: str) -> None:
    """What names no builder is one line with what was meant, or with all there are."""
    with pytest.raises(UsageError) as caught:
        parse(text, data)
    assert str(caught.value).startswith(complaint)


class TestPrograms:
    """`exec:` takes anything that can be executed."""

    def test_path(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A program is started by its absolute path, however it was named."""
        path = data / "bin/my builder"
        path.parent.mkdir()
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        monkeypatch.chdir(data)
        monkeypatch.setenv("PATH", str(path.parent))
        for name in (str(path), "bin/my builder", "./bin/my builder", "my builder"):
            builder = program(data, f"exec:{name}")
            assert builder.argv[0].startswith("/")
            assert Path(builder.argv[0]).samefile(path)
            assert builder.python_path is None

    @pytest.mark.parametrize("kind", ["missing", "not executable", "a folder", "empty"])
    def test_no_program(self, data: Path, kind: str) -> None:
        """What cannot be executed is one line that says what can."""
        path = data / "builder"
        match kind:
            case "not executable":
                path.write_text("#!/bin/sh\n")
            case "a folder":
                path.mkdir()
        name = "" if kind == "empty" else str(path)
        with pytest.raises(UsageError) as caught:
            parse(f"exec:{name}", data)
        assert str(caught.value).startswith(f"exec:{name} names no executable program (exec:PROG")


def test_kinds(data: Path) -> None:
    """Every kind that help names is one that can be parsed."""
    arguments = {"bug": ":late", "exec": f":{sys.executable}", "prefix": f":{sys.prefix}"}
    arguments["nixpkgs"] = f":{MINIATURE}"
    for kind in KINDS:
        assert parse(kind + arguments.get(kind, ""), data).name.startswith(kind)


def test_vanilla_is_the_oracle(data: Path) -> None:
    """What vanilla builds is the interpreter at its own prefix, packages and all."""
    workshop, base = make_workshop(data), make_interpreter()
    environment = VanillaBuilder().build(Request(base, ()), workshop)
    assert (environment.prefix, environment.python) == (base.prefix, base.executable)
    assert [mount.target for mount in environment.mounts] == [base.prefix]


def test_vanilla_is_bound_by_no_contract(data: Path) -> None:
    """Nobody builds vanilla: there is no build of it to look at, and nothing that it rests on."""
    builder, workshop = VanillaBuilder(), make_workshop(data)
    assert builder.describe(workshop) == Description("vanilla", fingerprint=None)
    with pytest.raises(Unsupported, match="does not apply"):
        builder.trial(Request(make_interpreter(), ()), workshop)


def test_globs_over_bugs(data: Path) -> None:
    """A glob is every bug of such a name; other names stay, and each stands once."""
    assert ("bug:late", "bug:lost-prefix", "bug:wrong-shebang") == expand(["bug:*"], data)
    assert ("reference", "bug:lost-prefix", "bug:late", "exec:./*") == expand(
        ["reference", "bug:lo*", "bug:[kl]*", "exec:./*"], data
    )
    assert ("bug:", "bug:nothing") == expand(["bug:", "bug:nothing"], data)


def test_a_glob_that_names_no_bug(data: Path) -> None:
    """The nearest names are told."""
    with pytest.raises(UsageError) as raised:
        expand(["bug:wrong_sheb*"], data)
    assert "no bug is called 'wrong_sheb*' (nearest: wrong-shebang)" == str(raised.value)


def test_a_program_with_another_name(tmp_path: Path, data: Path) -> None:
    """A program that is not there is told with the files beside it that have nearly its name."""
    (tmp_path / "my-builder").touch()
    with pytest.raises(UsageError, match=r"with mode \+x; nearest: my-builder\)$"):
        parse(f"exec:{tmp_path}/my-bulider", data)
