"""Tests of reading scenarios."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from envparity.errors import CorpusError
from envparity.scenario import (
    Scenario,
    Step,
    load_corpus,
    load_scenario,
    read_scenario,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
summary = "A script says hello"
origin = ["PEP 405"]
steps = ["hello"]
"""


def write(path: Path, text: str = "") -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def scenario(root: Path, text: str = GOOD, where: str = "scripts/hello") -> Path:
    """Make a scenario's folder."""
    return write(root / where / "scenario.toml", text).parent


def complaints(folder: Path) -> list[str]:
    """Return what is wrong with a scenario, as `line: message (hint)`."""
    start = f"{folder / 'scenario.toml'}:"
    errors = [str(error) for error in read_scenario(folder)[1]]
    assert all(error.startswith(start) for error in errors)
    return [error.removeprefix(start) for error in errors]


class TestValues:
    """What a scenario holds."""

    def test_all_keys(self, tmp_path: Path) -> None:
        """Each key of the format arrives in its field, with its type."""
        folder = scenario(
            tmp_path,
            """
            summary = "A script says hello"
            origin = ["NixOS/nixpkgs#302315", "CPython Doc/library/site.rst", "https://a.org/x"]
            python = ">=3.6, !=3.9.*"
            needs = ["cc", "bash"]
            steps = [
              "hello",
              { run = "hello -x", exit = 2, files = ["out.txt", "log/*.txt"], timeout = 2.5 },
              { run = "sleep 1", timeout = 5 },
            ]
            [environment]
            prefix = "space"
            """,
        )
        write(folder / "packages/hello/bin/hello")
        write(folder / "packages/alpha/bin/alpha")
        write(folder / "wheels/late/bin/late")
        write(folder / "work/input.txt")

        (found,) = load_scenario(folder)

        assert found == Scenario(
            theme="scripts",
            name="hello",
            path=folder,
            summary="A script says hello",
            origin=("NixOS/nixpkgs#302315", "CPython Doc/library/site.rst", "https://a.org/x"),
            python=SpecifierSet(">=3.6,!=3.9.*"),
            needs=("cc", "bash"),
            steps=(
                Step("hello"),
                Step("hello -x", exit=2, files=("out.txt", "log/*.txt"), timeout=2.5),
                Step("sleep 1", timeout=5.0),
            ),
            prefix_shape="space",
            packages=(folder / "packages/alpha", folder / "packages/hello"),
            wheels=(folder / "wheels/late",),
            work=folder / "work",
        )
        assert found.id == "scripts/hello"
        assert isinstance(found.steps[2].timeout, float)
        assert hash(found) == hash(load_scenario(folder)[0])

    def test_defaults(self, tmp_path: Path) -> None:
        """A scenario with the three keys that it takes leaves the rest at what is plain."""
        (found,) = load_scenario(scenario(tmp_path))
        assert (found.python, found.needs, found.prefix_shape) == (None, (), "plain")
        assert (found.packages, found.wheels, found.work, found.case) == ((), (), None, None)
        assert found.steps == (Step("hello", exit=0, files=(), timeout=None),)

    @pytest.mark.parametrize(("key", "value"), [("refuses", "collision"), ("guarantee", None)])
    def test_contract(self, tmp_path: Path, key: str, value: str | None) -> None:
        """A contract states a refusal or a guarantee, and has no steps."""
        value = value or "deterministic"
        text = f'summary = "Files that collide are refused"\norigin = ["PEP 1"]\n{key} = "{value}"'
        (found,) = load_scenario(scenario(tmp_path, text, "contract/clash"))
        assert getattr(found, key) == value
        assert found.steps == ()

    def test_step_line(self, tmp_path: Path) -> None:
        """A step knows its line, whatever strings stand before it."""
        text = GOOD.replace('["hello"]', '[\n  """a\n[b]"""\n  , # one\n  "c", {run = "d"},\n"e"]')
        (found,) = load_scenario(scenario(tmp_path, text))
        assert [step.run for step in found.steps] == ["a\n[b]", "c", "d", "e"]
        assert [found.step_line(index) for index in range(4)] == [4, 7, 7, 8]


class TestCases:
    """One folder with many cases."""

    TEXT = 'case-file = "packages/heads/bin/head"\n' + GOOD

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Make a scenario with two cases of a script."""
        folder = scenario(tmp_path, self.TEXT)
        write(folder / "packages/heads/lib/heads.py", "heads")
        write(folder / "cases/zsh.sh", "#!zsh")
        write(folder / "cases/bash.sh", "#!bash")
        return folder

    def test_expands(self, folder: Path) -> None:
        """Each file in cases/ is a scenario of its own, named without the suffix."""
        found = load_scenario(folder)
        assert [one.id for one in found] == ["scripts/hello[bash]", "scripts/hello[zsh]"]
        assert found[0].case_source == folder / "cases/bash.sh"
        assert found[0].case_target == "packages/heads/bin/head"

    def test_files(self, folder: Path) -> None:
        """A case's file lies in its place among the package's, and in no other package."""
        one = load_scenario(folder)[0]
        assert one.files(folder / "packages/heads") == {
            "bin/head": folder / "cases/bash.sh",
            "lib/heads.py": folder / "packages/heads/lib/heads.py",
        }
        write(folder / "packages/other/lib/x.py")
        assert list(one.files(folder / "packages/other")) == ["lib/x.py"]

    def test_files_without_cases(self, folder: Path) -> None:
        """Without cases the files are those that lie in the folder."""
        write(folder / "scenario.toml", GOOD)
        (folder / "cases/zsh.sh").unlink()
        (folder / "cases/bash.sh").unlink()
        (one,) = load_scenario(folder)
        assert list(one.files(folder / "packages/heads")) == ["lib/heads.py"]

    def test_working_directory(self, folder: Path) -> None:
        """A case's file may be all there is in the working directory."""
        write(folder / "scenario.toml", self.TEXT.replace("packages/heads/bin/head", "work/in.py"))
        one = load_scenario(folder)[0]
        assert one.work == folder / "work"
        assert one.files(one.work) == {"in.py": folder / "cases/bash.sh"}

    @pytest.mark.parametrize(
        ("target", "complaint"),
        [
            ("lib/x.py", "no place for a case: `lib/x.py`"),
            ("work", "no place for a case: `work`"),
            ("packages/../../x", "no place for a case: `packages/../../x`"),
            ("/work/x", "no place for a case: `/work/x`"),
            ("packages/heads", None),
            ("packages/haeds/x", "no such package: `packages/haeds` (did you mean `heads`?)"),
            ("wheels/x/lib/y", "no such package: `wheels/x` (make a folder in `wheels/`)"),
        ],
    )
    def test_target(self, folder: Path, target: str, complaint: str | None) -> None:
        """A case's file takes a place in a package that exists, or in the working directory."""
        write(folder / "scenario.toml", f'case-file = "{target}"\n' + GOOD)
        (found,) = complaints(folder)
        assert found.startswith(f"1: {complaint or 'no such package: `packages/heads`'}")

    @pytest.mark.parametrize(
        ("name", "complaint"),
        [
            ("bash.py", "1: two cases are named `bash`"),
            ("a b", "1: `a b` is no name for a case"),
            ("inner/c", "1: `c` is no name for a case"),
            ("x[y]", "1: `x[y]` is no name for a case"),
        ],
    )
    def test_names(self, folder: Path, name: str, complaint: str) -> None:
        """A case's name is its own and can stand in brackets."""
        write(folder / "cases" / name)
        (found,) = complaints(folder)
        assert found.startswith(complaint)

    def test_cases_without_a_place(self, folder: Path) -> None:
        """Cases without `case-file` have nowhere to go."""
        write(folder / "scenario.toml", GOOD)
        (found,) = complaints(folder)
        assert found.startswith("1: `cases/` without `case-file`")

    def test_place_without_cases(self, folder: Path) -> None:
        """A `case-file` without cases is an error on its line."""
        (folder / "cases/zsh.sh").unlink()
        (folder / "cases/bash.sh").unlink()
        assert complaints(folder) == ["1: `case-file` without a file in `cases/`"]


class TestDigest:
    """The digest identifies what a scenario consists of."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Make a scenario with two cases, one and two."""
        folder = scenario(tmp_path, TestCases.TEXT)
        write(folder / "packages/heads/lib/heads.py", "heads")
        write(folder / "cases/one", "1")
        write(folder / "cases/two", "2")
        return folder

    def digests(self, folder: Path) -> list[str]:
        """Return the digests of all its cases."""
        return [one.digest for one in load_scenario(folder)]

    def test_stable(self, folder: Path, tmp_path: Path) -> None:
        """The same files have the same digest, wherever the corpus lies."""
        before = self.digests(folder)
        assert before == self.digests(folder)
        moved = tmp_path / "elsewhere"
        moved.mkdir()
        (tmp_path / "scripts").rename(moved / "scripts")
        assert before == self.digests(moved / "scripts/hello")

    def test_changes(self, folder: Path) -> None:
        """Content, name, executable bit and a link's target each change it."""
        file = folder / "packages/heads/lib/heads.py"
        seen = {self.digests(folder)[0]}
        file.write_text("tails")
        seen.add(self.digests(folder)[0])
        file.chmod(0o755)
        seen.add(self.digests(folder)[0])
        file = file.rename(file.with_name("other.py"))
        seen.add(self.digests(folder)[0])
        file.unlink()
        file.symlink_to("tails")
        seen.add(self.digests(folder)[0])
        assert len(seen) == 5

    def test_other_cases(self, folder: Path) -> None:
        """A changed case leaves the digests of the others alone."""
        before = self.digests(folder)
        write(folder / "cases/two", "changed")
        after = self.digests(folder)
        assert before[0] == after[0]
        assert before[1] != after[1]

    def test_compiled_files(self, folder: Path) -> None:
        """The bytecode that pip makes when it installs the corpus is no part of it."""
        before = self.digests(folder)
        write(folder / "packages/heads/lib/__pycache__/heads.cpython-311.pyc")
        assert before == self.digests(folder)
        assert "packages/heads/lib/heads.py" in tree(folder)
        assert len(tree(folder)) == 4


class TestComplaints:
    """What the format does not allow, by line."""

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ("summary = ", "sumary = ", "1: unknown key `sumary` (did you mean `summary`?)"),
            ("A script says hello", "", "1: `summary` is missing"),
            ('"A script says hello"', "7", "1: `summary` takes a string, not a whole number"),
            ('"A script says hello"', "true", "1: `summary` takes a string, not a boolean"),
            ('"A script says hello"', "1979-05-27", "1: `summary` takes a string, not a date"),
            ("A script says hello", "A bit", "1: `summary` is not one short sentence"),
            ("A script says hello", "A" * 121, "1: `summary` is not one short sentence"),
            ("A script says hello", "A script\\nsays hello", "1: `summary` is not one short"),
            ("A script says hello", "a script says hello", "1: `summary` is not a sentence"),
            ("A script says hello", "Incomprehensible", "1: `summary` is not a sentence"),
            ("A script says", "A script should say", "1: `summary` says `should`"),
            ("A script says hello", "Mustn't it say hello?", "1: `summary` says `Mustn't`"),
            ('["PEP 405"]', "[]", "2: `origin` is missing"),
            ('["PEP 405"]', '"PEP 405"', "2: `origin` takes a list, not a string"),
            ('["PEP 405"]', "[405]", "2: `origin[0]` takes a string, not a whole number"),
            ('["PEP 405"]', '["PEP 1",\n"PEP"]', "3: `PEP` is no reference (owner/repo#123"),
            ("PEP 405", "http://x.org/", "2: `http://x.org/` is no reference"),
            ("PEP 405", "nixpkgs#1", "2: `nixpkgs#1` is no reference"),
            ("PEP 405", "a/b#1 and more", "2: `a/b#1 and more` is no reference"),
            ("steps", "python = '3.12'\nsteps", "3: `python` is no version specifier: `3.12`"),
            ("steps", "needs = ['bsh']\nsteps", "3: `needs[0]` cannot be `bsh` (did you mean `b"),
            ("steps", "needs = ['x']\nsteps", "3: `needs[0]` cannot be `x` (there are: cc, bash"),
            ('["hello"]', "[]", "3: `steps` is missing"),
            ('["hello"]', "1.5", "3: `steps` takes a list, not a number"),
            ('["hello"]', '["a",\n""]', "4: a step without a shell line"),
            ('["hello"]', '["a",\n1]', "4: `steps[1]` takes a string, not a whole number"),
            ('["hello"]', '[{run = " "}]', "3: a step without a shell line (`run` holds it)"),
            ('["hello"]', "[{exit = 1}]", "3: a step without a shell line (`run` holds it)"),
            ('["hello"]', '[{run="a",\texits=1}]', "3: unknown key `exits` in `steps[0]` (did yo"),
            ('["hello"]', '[{run="a", exit=256}]', "3: no exit status: 256"),
            ('["hello"]', '[{run="a", exit=true}]', "3: `steps[0].exit` takes a whole number, n"),
            ('["hello"]', '[{run="a", files=["b",\n"../c"]}]', "4: `../c` is not in it"),
            ('["hello"]', '[{run="a", files=["/c"]}]', "3: `/c` is not in it"),
            ('["hello"]', '[{run="a", timeout=0}]', "3: a time limit that is no time"),
            ('["hello"]', '[{run="a", timeout="1"}]', "3: `steps[0].timeout` takes a number, not"),
            ('["hello"]\n', '["a"]\nrefuses = "collision"', "4: `refuses` is for the theme `co"),
            ('["hello"]\n', '["a"]\nenvironment = 1', "4: `environment` takes a table, not a wh"),
            ('["hello"]\n', '["a"]\n[environment]\nx = 1', "5: unknown key `x` in `environment`"),
            (
                '["hello"]\n',
                '["a"]\n\n[environment]\nprefix = "spaces"',
                "6: `environment.prefix` cannot be `spaces` (did you mean `space`?)",
            ),
        ],
    )
    def test_one(self, tmp_path: Path, old: str, new: str, complaint: str) -> None:
        """Each mistake is one line that says where, what, and what would be right."""
        assert old in GOOD
        found = complaints(scenario(tmp_path, GOOD.replace(old, new)))
        assert found[0].startswith(complaint)
        # Misspelling a key that it takes is two mistakes in one.
        assert len(found) == (2 if "sumary" in new else 1)

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("", "1: a contract states one thing"),
            ('refuses = "collision"\nguarantee = "deterministic"', "4: a contract states one thi"),
            ('refuses = "colision"', "3: `refuses` cannot be `colision` (did you mean `coll"),
            ('refuses = "collision"\nsteps = ["a"]', "4: a contract has no steps"),
        ],
    )
    def test_contract(self, tmp_path: Path, text: str, complaint: str) -> None:
        """A contract states one thing of its closed lists, and has no steps."""
        head = 'summary = "Files that collide are refused"\norigin = ["PEP 1"]\n'
        (found,) = complaints(scenario(tmp_path, head + text, "contract/clash"))
        assert found.startswith(complaint)

    def test_theme(self, tmp_path: Path) -> None:
        """A theme is one of the closed list."""
        found = complaints(scenario(tmp_path, where="script/hello"))
        assert found == ["1: unknown theme `script` (did you mean `scripts`?)"]

    def test_all_at_once(self, tmp_path: Path) -> None:
        """All mistakes of a file are found in one reading, in the order of its lines."""
        found = complaints(scenario(tmp_path, 'steps = [""]\nneeds = ["x"]\n[environment]\ny = 1'))
        assert [one.split(":")[0] for one in found] == ["1", "1", "1", "2", "4"]

    def test_the_first_is_raised(self, tmp_path: Path) -> None:
        """Loading stops at the first mistake."""
        folder = scenario(tmp_path, GOOD.replace("PEP 405", "x").replace('"hello"', "1"))
        with pytest.raises(CorpusError, match=r":2: `x` is no reference"):
            load_scenario(folder)

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"", ":1: empty"),
            (b"# a comment alone", ":1: empty"),
            (b"a = 1\nb =\n", ":2: not TOML: Invalid value"),
            (b"a = 1\na = 2\n", ":2: not TOML: Cannot overwrite a value"),
            (b"a = 1\n\nb = [1,", ":3: not TOML: "),
            (b"a = 1\nb = '\xff'", ":2: not UTF-8"),
            (None, ": cannot be read: No such file or directory"),
        ],
    )
    def test_unreadable(self, tmp_path: Path, content: bytes | None, complaint: str) -> None:
        """A file that is no TOML, empty or missing is an error with its line."""
        folder = scenario(tmp_path)
        file = folder / "scenario.toml"
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        scenarios, (error,) = read_scenario(folder)
        assert scenarios == []
        assert str(error).startswith(f"{file}{complaint}")


class TestCorpus:
    """All scenarios there are."""

    def test_sorted(self, tmp_path: Path) -> None:
        """Scenarios come by theme and name; files beside them are not looked at."""
        for where in ("venvs/b", "venvs/a", "scripts/z"):
            scenario(tmp_path, where=where)
        write(tmp_path / "README.md")
        write(tmp_path / "venvs/__pycache__/x.pyc")
        found = [one.id for one in load_corpus(tmp_path)]
        assert found == ["scripts/z", "venvs/a", "venvs/b"]

    def test_error(self, tmp_path: Path) -> None:
        """One scenario in error is an error of the corpus."""
        scenario(tmp_path)
        (tmp_path / "venvs/nothing").mkdir(parents=True)
        with pytest.raises(CorpusError, match=r"venvs/nothing/scenario\.toml: cannot be read"):
            load_corpus(tmp_path)

    def test_missing(self, tmp_path: Path) -> None:
        """A corpus that is not there is an error, and not an empty corpus."""
        with pytest.raises(CorpusError, match="no such folder"):
            load_corpus(tmp_path / "nowhere")

    def test_speed(self, tmp_path: Path) -> None:
        """Four hundred scenarios load in less than a second."""
        for number in range(400):
            folder = scenario(tmp_path, TestCases.TEXT, f"scripts/s{number:03}")
            write(folder / "packages/heads/lib/x.py")
            write(folder / "cases/one")
        before = time.process_time()
        assert len(load_corpus(tmp_path)) == 400
        assert time.process_time() - before < 1
