"""Tests of proof-reading the corpus."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from envparity.errors import CorpusError
from envparity.lint import lint_corpus, lint_scenario

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'summary = "A script says hello"\norigin = ["PEP 405"]\n'
STEPS = 'steps = ["hello"]\n'


class Corpus:
    """A corpus in the making."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str = "") -> Path:
        """Write one of its files."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def complaints(self) -> list[str]:
        """Return what is wrong with it, by path relative to its root."""
        return [str(error).replace(f"{self.root}/", "") for error in lint_corpus(self.root)]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Make a corpus of one scenario with one package."""
    made = Corpus(tmp_path)
    made.write("scripts/hello/scenario.toml", HEAD + STEPS)
    made.write("scripts/hello/packages/greeter/lib/greeter.py")
    made.write("scripts/hello/packages/greeter/bin/hello", "#!python")
    return made


def test_clean(corpus: Corpus) -> None:
    """A corpus in which everything has its place has no errors."""
    corpus.write("README.md", "What lies here.")
    corpus.write("scripts/hello/work/input.txt")
    corpus.write("scripts/hello/wheels/greeter/package.toml", 'version = "2.0"')
    corpus.write("scripts/hello/scenario.toml", HEAD + 'steps = ["ls $WHEELS/greeter*"]')
    corpus.write("scripts/hello/__pycache__/x.pyc")
    corpus.write("__pycache__/x.pyc")
    assert corpus.complaints() == []
    assert lint_scenario(corpus.root / "scripts/hello") == []


def test_no_corpus(tmp_path: Path) -> None:
    """A corpus that is not there cannot be proof-read."""
    with pytest.raises(CorpusError, match="no such folder"):
        lint_corpus(tmp_path / "nowhere")


def test_everything_at_once(corpus: Corpus) -> None:
    """All errors of all scenarios and packages come sorted by path and line."""
    corpus.write("venvs/b/scenario.toml", "\nsteps = [1]\nneeds = ['c']\n" + HEAD)
    corpus.write("venvs/a/scenario.toml", "x")
    corpus.write("scripts/hello/packages/greeter/package.toml", "version = ''")
    corpus.write("scripts/hello/packages/greeter/setup.py")
    (corpus.root / "venvs/c").mkdir()
    assert [one.split(" (")[0] for one in corpus.complaints()] == [
        "scripts/hello/packages/greeter/package.toml:1: no version: ``",
        "scripts/hello/packages/greeter/setup.py: no place for `setup.py` in a package",
        "venvs/a/scenario.toml:1: not TOML: Expected '=' after a key in a key/value pair",
        "venvs/b/scenario.toml:2: `steps[0]` takes a string, not a whole number",
        "venvs/b/scenario.toml:3: `needs[0]` cannot be `c`",
        "venvs/c/scenario.toml: cannot be read: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("notes.txt", "notes.txt: a stray file (themes are folders)"),
        ("script/x/y", "script: unknown theme `script` (did you mean `scripts`?)"),
        ("scripts/x.toml", "scripts/x.toml: a stray file (scenarios are folders)"),
        (
            "scripts/hello/package/x/lib/y",
            "scripts/hello/package: a stray file (did you mean `packages`?)",
        ),
        (
            "scripts/hello/packages/x.py",
            "scripts/hello/packages/x.py: a stray file (packages are folders)",
        ),
        ("scripts/hello/work", "scripts/hello/work: not a folder"),
    ],
)
def test_stray_files(corpus: Corpus, name: str, complaint: str) -> None:
    """A file that nothing reads is an error."""
    corpus.write(name)
    assert corpus.complaints() == [complaint]


def test_empty_folders(corpus: Corpus) -> None:
    """A folder with nothing in it is an error, a package above all."""
    (corpus.root / "scripts/hello/work").mkdir()
    (corpus.root / "scripts/hello/wheels/later").mkdir(parents=True)
    found = [one.split(" (")[0] for one in corpus.complaints()]
    assert found == [
        "scripts/hello/wheels/later: an empty package",
        "scripts/hello/work: an empty folder",
    ]


def test_links(corpus: Corpus) -> None:
    """Links and pipes do not travel in a wheel, and the corpus does."""
    file = corpus.write("scripts/hello/work/file")
    file.with_name("link").symlink_to("file")
    file.with_name("folder").symlink_to(".")
    os.mkfifo(file.with_name("pipe"))
    (corpus.root / "scripts/hello/packages/linked").symlink_to("greeter")
    (corpus.root / "scripts/hello/packages/greeter/lib/link.py").symlink_to("greeter.py")
    found = [one.split(" (")[0] for one in corpus.complaints()]
    assert found == [
        "scripts/hello/packages/greeter/lib/link.py: a symlink in a package",
        "scripts/hello/packages/linked: a stray file",
        "scripts/hello/packages/linked/lib/link.py: a symlink in a package",
        *(
            f"scripts/hello/work/{name}: neither a file nor a folder"
            for name in ("folder", "link", "pipe")
        ),
    ]


@pytest.mark.parametrize("name", ["Hello", "hello_world", "hello world", "-x"])
def test_names(corpus: Corpus, name: str) -> None:
    """A scenario's name can be typed on a command line."""
    corpus.write(f"scripts/{name}/scenario.toml", HEAD + STEPS)
    (found,) = corpus.complaints()
    assert found.startswith(f"scripts/{name}: no name for a scenario: `{name}`")


def test_second_of_a_name(corpus: Corpus) -> None:
    """A name is one scenario's, in whatever theme."""
    corpus.write("venvs/hello/scenario.toml", HEAD + STEPS)
    assert corpus.complaints() == [
        "venvs/hello: a second scenario of this name (the other is scripts/hello)"
    ]


def test_second_of_a_distribution(corpus: Corpus) -> None:
    """Folders whose names are one distribution's are an error, but in a refusal of that."""
    corpus.write("scripts/hello/packages/Greeter/lib/other.py")
    corpus.write("scripts/hello/wheels/greeter/lib/other.py")
    assert corpus.complaints() == [
        "scripts/hello/packages/greeter: the same distribution as `Greeter` (names are normalised)"
    ]
    (corpus.root / "contract").mkdir()
    (corpus.root / "scripts/hello").rename(corpus.root / "contract/hello")
    corpus.write("contract/hello/scenario.toml", HEAD + 'refuses = "two-versions"')
    assert corpus.complaints() == []


def test_distinction(corpus: Corpus) -> None:
    """A folder is told from another of its name only where two versions are to be refused."""
    corpus.write("scripts/hello/packages/greeter@2/package.toml", 'version = "2.0"')
    corpus.write("scripts/hello/wheels/other@1/package.toml", 'version = "1.0"')
    corpus.write("scripts/hello/scenario.toml", HEAD + 'steps = ["hello", "ls $WHEELS"]')
    hint = 'only `refuses = "two-versions"` has two folders of one name'
    assert corpus.complaints() == [
        f"scripts/hello/{name}: a distinction without need ({hint})"
        for name in ("packages/greeter@2", "wheels/other@1")
    ]
    (corpus.root / "contract").mkdir()
    (corpus.root / "scripts/hello").rename(corpus.root / "contract/hello")
    corpus.write("contract/hello/scenario.toml", HEAD + 'refuses = "collision"')
    assert len(corpus.complaints()) == 2
    corpus.write("contract/hello/scenario.toml", HEAD + 'refuses = "two-versions"')
    assert corpus.complaints() == []


def test_needs_of_compiled_packages(corpus: Corpus) -> None:
    """Who has sources to compile needs a compiler, and headers for an extension."""
    corpus.write("scripts/hello/packages/greeter/src/fast.c")
    assert corpus.complaints() == [
        "scripts/hello/scenario.toml:1: `greeter` is compiled, and `needs` lacks `cc`"
    ]
    manifest = 'extensions = { fast = { sources = ["src/fast.c"] } }'
    corpus.write("scripts/hello/packages/greeter/package.toml", manifest)
    corpus.write("scripts/hello/scenario.toml", HEAD + 'needs = ["cc"]\n' + STEPS)
    assert corpus.complaints() == [
        "scripts/hello/scenario.toml:3: `greeter` is compiled, and `needs` lacks `headers`"
    ]
    corpus.write("scripts/hello/scenario.toml", HEAD + 'needs = ["cc", "headers"]\n' + STEPS)
    assert corpus.complaints() == []


def test_cases(corpus: Corpus) -> None:
    """What all cases share is complained of once, and each case's own file once too."""
    text = HEAD + 'steps = ["echo $CASE"]\ncase-file = "packages/greeter/package.toml"'
    corpus.write("scripts/hello/scenario.toml", text)
    corpus.write("scripts/hello/cases/one.toml", 'version = "1"')
    corpus.write("scripts/hello/cases/two.toml", 'version = "b"')
    corpus.write("scripts/hello/packages/greeter/x")
    found = [one.split(" (")[0] for one in corpus.complaints()]
    assert found == [
        "scripts/hello/cases/two.toml:1: no version: `b`",
        "scripts/hello/packages/greeter/x: no place for `x` in a package",
    ]


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("WHEELS", "a folder `wheels/`"),
        ("CASE", "a folder `cases/`"),
        ("OTHER_PYTHON", 'needs = ["two-pythons"]'),
    ],
)
def test_variables(corpus: Corpus, variable: str, hint: str) -> None:
    """A shell variable that stands for nothing is an error in its step's line."""
    steps = f"steps = ['hello',\n'ls ${variable}/x',\n'ls ${{{variable}}}', 'ls ${variable}S']\n"
    corpus.write("scripts/hello/scenario.toml", HEAD + steps)
    start = "scripts/hello/scenario.toml"
    assert corpus.complaints() == [
        f"{start}:{line}: `${variable}` stands for nothing here ({hint})" for line in (4, 5)
    ]
    if variable == "WHEELS":
        corpus.write("scripts/hello/wheels/x/lib/x.py")
    corpus.write("scripts/hello/cases/one")
    extra = 'case-file = "work/x"\nneeds = ["two-pythons"]\n'
    corpus.write(f"{start}", extra + HEAD + steps)
    assert corpus.complaints() == []


class TestUsage:
    """A package has to be of use to a scenario."""

    def test_nobody(self, corpus: Corpus) -> None:
        """A package that nothing names is an error, and one that a step or another names is not."""
        corpus.write("scripts/hello/packages/spare/lib/tyre.py")
        assert corpus.complaints() == [
            "scripts/hello/packages/spare: a package used by nobody"
            " (no step and no other package names it, or anything in it)"
        ]
        corpus.write("scripts/hello/packages/greeter/lib/greeter.py", "import tyre")
        assert corpus.complaints() == []
        corpus.write("scripts/hello/packages/greeter/lib/greeter.py")
        corpus.write("scripts/hello/work/run.py", "import tyre")
        assert corpus.complaints() == []

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("lib/spare.pth", ""),
            ("lib/sitecustomize.py", ""),
            ("package.toml", 'requires = ["Greeter"]'),
            ("lib/hello_plugin.py", ""),
            ("share/hello/words", ""),
            ("package.toml", 'entry-points = { "hello.plugins" = { one = "spare:one" } }'),
        ],
    )
    def test_quietly_used(self, corpus: Corpus, name: str, text: str) -> None:
        """What Python reads by itself, a plugin and a neighbour's folder need no step's word."""
        corpus.write(f"scripts/hello/packages/spare/{name}", text)
        assert corpus.complaints() == []

    def test_wheels(self, corpus: Corpus) -> None:
        """Wheels are of no use to steps that do not say where they are."""
        corpus.write("scripts/hello/wheels/greeter/lib/greeter.py")
        hint = "(no step says `$WHEELS`)"
        assert corpus.complaints() == [f"scripts/hello/wheels: wheels used by nobody {hint}"]

    def test_contract(self, corpus: Corpus) -> None:
        """The packages of a contract are the builder's to use."""
        text = HEAD + 'refuses = "collision"'
        corpus.write("contract/clash/scenario.toml", text)
        corpus.write("contract/clash/packages/spare/lib/tyre.py")
        assert corpus.complaints() == []


def test_what_nobody_provides(corpus: Corpus) -> None:
    """An origin that is no reference and a need that nothing provides are named, each by line."""
    text = 'summary = "A script says hello"\norigin = ["a colleague"]\nneeds = ["luck"]\n'
    corpus.write("scripts/hello/scenario.toml", text + STEPS)
    assert [one.split(" (")[0] for one in corpus.complaints()] == [
        "scripts/hello/scenario.toml:2: `a colleague` is no reference",
        "scripts/hello/scenario.toml:3: `needs[0]` cannot be `luck`",
    ]


class TestWild:
    """Scenarios that install from an index."""

    @pytest.fixture(autouse=True)
    def wild(self, corpus: Corpus) -> None:
        """A lock that pins one distribution, and a scenario that needs it."""
        corpus.write("wild/lock.txt", f"black==1.0 --hash=sha256:{'0' * 64}")
        corpus.write("wild/formats/scenario.toml", HEAD + STEPS + 'requirements = ["Black"]')

    def test_clean(self, corpus: Corpus) -> None:
        """What is required is pinned, under whatever spelling and with whatever extra."""
        assert corpus.complaints() == []
        text = HEAD + STEPS + 'requirements = ["black[d]"]'
        corpus.write("wild/formats/scenario.toml", text)
        assert corpus.complaints() == []

    def test_not_pinned(self, corpus: Corpus) -> None:
        """A requirement that the lock lacks is an error, for each case on its own."""
        text = HEAD + STEPS + 'requirements = ["{case}",\n"="]\ncase-file = "work/run"'
        corpus.write("wild/formats/scenario.toml", text)
        corpus.write("wild/formats/cases/black")
        corpus.write("wild/formats/cases/blue")
        assert [one.split(" (")[0] for one in corpus.complaints()] == [
            "wild/formats/scenario.toml:4: `lock.txt` does not pin `blue`",
            "wild/formats/scenario.toml:4: no requirement: `=`",
        ]

    def test_lock(self, corpus: Corpus) -> None:
        """The lock is proof-read with the corpus, and is a stray file in other themes."""
        corpus.write("wild/lock.txt", "black==1.0\n")
        corpus.write("scripts/lock.txt")
        assert [one.split(" (")[0] for one in corpus.complaints()] == [
            "scripts/lock.txt: a stray file",
            "wild/lock.txt:1: `black` without the hashes of its files",
        ]

    def test_together(self, corpus: Corpus) -> None:
        """Who needs an index is in the theme that a run leaves out, and nobody else is."""
        message = "`requirements` and the theme `wild` go together"
        corpus.write("wild/formats/scenario.toml", HEAD + STEPS)
        text = HEAD + STEPS + 'requirements = ["black"]'
        corpus.write("scripts/hello/scenario.toml", text)
        assert [one.split(" (")[0] for one in corpus.complaints()] == [
            f"scripts/hello/scenario.toml:4: {message}",
            f"wild/formats/scenario.toml:1: {message}",
        ]
