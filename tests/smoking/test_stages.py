"""The smoke test on builders that work, and on some that break at each of its stages."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner

from envparity.cache import Cache
from envparity.cli import main
from envparity.corpus import data_folder
from envparity.interpreter import Interpreter, discover, select

TUTORIAL = data_folder() / "docs" / "plugging-in-a-builder.md"

#: A builder in few lines; `{build}` is what it does, with `$python` and `$output` set.
BUILDER = """\
#!/bin/sh
if [ "$1" = describe ]; then echo '{"protocol": 1, "name": "double"}'; exit; fi
python=$(sed -n 's/.*"executable": "\\(.*\\)",/\\1/p' "$2")
output=$(sed -n 's/.*"output": "\\(.*\\)",/\\1/p' "$2")
wheels=$(sed -n 's/.*"wheel": "\\(.*\\)",/\\1/p' "$2")
name=$(basename "$python")
"""
VENV = '"$python" -m venv --without-pip "$output"\n'
UNPACK = (
    'for one in $wheels; do "$python" -m zipfile -e "$one" "$output"/lib/python*/site-packages; '
    "done\n"
)


@frozen
class Tried:
    """What `envparity smoke` said."""

    status: int
    lines: Sequence[str]

    @property
    def stages(self) -> str:
        """One character per stage that was tried."""
        return "".join(line[0] for line in self.lines[1:6] if re.match(r"[✓!–] \w+  ", line[:12]))

    @property
    def text(self) -> str:
        """All it said."""
        return "\n".join(self.lines)


Try = Callable[..., Tried]


@pytest.fixture(scope="module", name="cache")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all tests of this module."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", name="found")
def _found(cache: Path) -> list[Interpreter]:
    """Every CPython of this machine, oldest first."""
    return discover(cache_dir=Cache.at(cache).folder)[0]


@pytest.fixture(name="smoke")
def _smoke(cache: Path, found: list[Interpreter], tmp_path: Path) -> Try:
    """Tries a builder by name, or a program with this text."""
    newest = [one for one in select(None, found) if one.has_venv and one.has_ensurepip][-1]

    def run(name: str = "", *, text: str = "", python: str = newest.label) -> Tried:
        if text:
            program = tmp_path / "builder"
            program.write_text(text)
            program.chmod(0o755)
            name = f"exec:{program}"
        arguments = ["smoke", "-b", name, "-p", python, "--cache", str(cache)]
        result = CliRunner().invoke(main, arguments)
        return Tried(result.exit_code, result.output.splitlines())

    return run


def tutorial() -> str:
    """The script that the tutorial shows."""
    match = re.search(r"```sh\n(.*?)```", TUTORIAL.read_text("utf-8"), re.DOTALL)
    assert match is not None
    return match[1]


def test_the_tutorial(smoke: Try) -> None:
    """The builder of the tutorial has at most thirty lines, and works in every stage."""
    assert len(tutorial().splitlines()) <= 30
    tried = smoke(text=tutorial())
    assert (0, "✓✓✓✓✓") == (tried.status, tried.stages), tried.text
    for line in ("✓ describe  venv by hand 1", "✓ build     without packages, and with greeter"):
        assert line in tried.text
        assert line in TUTORIAL.read_text("utf-8")


def test_the_tutorial_without_its_packages(smoke: Try) -> None:
    """Without the lines that install packages the diagnosis is the one that the tutorial shows."""
    broken = re.sub(r"if \[ -n .*?^fi\n", "", tutorial(), flags=re.DOTALL | re.MULTILINE)
    assert broken != tutorial()
    # A pip that nobody asks for anything takes seconds to install.
    broken = broken.replace("-m venv ", "-m venv --without-pip ")
    tried = smoke(text=broken)
    assert (1, "✓✓✓!") == (tried.status, tried.stages), tried.text
    line = "! package   packages/module-and-package: exit status of step 1 differs, and 2 more"
    assert line in tried.text
    assert line in TUTORIAL.read_text("utf-8")
    for words in (
        '"name": "greeter"',
        "answered: exit status 0",
        "sys.path: ",
        "found: none of the packages' files in ",
        "+ModuleNotFoundError: No module named 'greeter'",
        "look at: the wheels in the request's `packages` were not installed at all",
        "· not tried, since they rest on it: program",
    ):
        assert words in tried.text


def test_not_supported(smoke: Try, found: list[Interpreter]) -> None:
    """A builder that does not serve an interpreter says so, and the exit status is 5."""
    without = [one.label for one in found if not (one.has_venv and one.has_ensurepip)]
    if not without:
        pytest.skip("every interpreter here has a venv with pip")
    tried = smoke(text=tutorial(), python=without[0])
    assert (5, "✓–") == (tried.status, tried.stages), tried.text
    assert "– build     there is no venv with pip in " in tried.text
    assert "look at" not in tried.text


@pytest.mark.parametrize("name", ["reference", "vanilla"])
def test_builders_of_our_own(smoke: Try, name: str) -> None:
    """Builders that are no programs of the user's are tried like any other."""
    tried = smoke(name)
    assert (0, "✓✓✓✓✓") == (tried.status, tried.stages), tried.text


def test_an_environment_that_exists(smoke: Try, found: list[Interpreter]) -> None:
    """An environment that exists is started; packages it cannot be given are not asked of it."""
    base = [one for one in found if not one.debian_layout][-1]
    tried = smoke(f"prefix:{base.prefix}", python=base.label)
    assert (0, "✓✓✓") == (tried.status, tried.stages), tried.text
    assert "✓ build     without packages\n" in tried.text
    assert "· package   brings packages, and the environment exists already" in tried.text
    assert "· program   brings packages" in tried.text


BREAKS = {
    "no first line": (
        "echo {}\n",
        "!", "Exec format error", "the program's first line names no interpreter",
    ),
    "no interpreter": (
        "#!/no/such/shell\n",
        "!", "exit status 127", "the interpreter in the program's first line",
    ),
    "talks": (
        "#!/bin/sh\necho hello; echo '{\"protocol\": 1, \"name\": \"x\"}'\n",
        "!", "stdout: hello", "standard output is one JSON object and nothing else",
    ),
    "dies": (
        "#!/bin/sh\necho dying >&2; exit 9\n",
        "!", "stderr: dying", "`describe` is the first argument",
    ),
    "fails": (
        BUILDER + "echo no luck >&2; exit 1\n",
        "✓!", "failed: exit status 1: no luck", "the last lines on standard error",
    ),
    "writes to the base": (
        BUILDER + 'echo "touch: /x: Read-only file system" >&2; exit 1\n',
        "✓!", "stderr: touch: /x", "a builder writes to the request's `output`",
    ),
    "wants the network": (
        BUILDER + "echo 'Could not resolve host: example.org' >&2; exit 6\n",
        "✓!", "exit status 6", "there is no network",
    ),
    "makes nothing": (
        BUILDER + "exit 0\n",
        "✓!", "made no environment", "the environment belongs at the request's `output`",
    ),
    "makes a folder": (
        BUILDER + 'mkdir "$output"\n',
        "✓!", "is no program", "the environment has its interpreter where the base has its own",
    ),
    "is elsewhere": (
        BUILDER + "echo '{\"prefix\": \"/usr\"}'\n",
        "✓!", "a prefix that it cannot own", "the last line may be",
    ),
    "refuses": (
        BUILDER + "echo two of them collide >&2; exit 3\n",
        "✓!", "refused: two of them collide", "exit status 3 is for what nobody should build",
    ),
    "calls what is not there": (
        BUILDER + "no-such-tool || exit 1\n",
        "✓!", "not found", "what it calls is not there",
    ),
    "fails with packages": (
        BUILDER + VENV + '[ -z "$wheels" ] || { echo no wheels today >&2; exit 1; }\n',
        "✓!", "no wheels today", "the last lines on standard error",
    ),
    "a link that vanishes": (
        BUILDER + 'mkdir -p "$output/bin"; printf \'#!/bin/sh\\nexec "%s/gone"\\n\' "$TMPDIR" '
        '> "$output/bin/$name"; chmod +x "$output/bin/$name"\n',
        "✓✓!", "its Python ends with 127", "start the environment's interpreter",
    ),
    "no packages": (
        BUILDER + VENV,
        "✓✓✓!", "No module named 'greeter'", "the wheels in the request's `packages` were not",
    ),
    "packages elsewhere": (
        BUILDER + VENV + UNPACK + 'mv "$output"/lib/python*/site-packages/* "$output" || true\n',
        "✓✓✓!", "found: /", "compare where the modules lie with sys.path",
    ),
    "no programs": (
        BUILDER + VENV + UNPACK,
        "✓✓✓✓!", "exit status: 0 in vanilla, 127", "programs are looked for in",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_what_breaks(smoke: Try, name: str) -> None:
    """Each way to break ends with 1 at its stage, with what was seen and what to look at."""
    text, stages, seen, advice = BREAKS[name]
    tried = smoke(text=text)
    assert (1, stages) == (tried.status, tried.stages), tried.text
    assert seen in tried.text
    assert re.search(rf"^look at: {re.escape(advice)}", tried.text, re.MULTILINE), tried.text


def test_another_python(smoke: Try, found: list[Interpreter]) -> None:
    """An environment of another Python than the one that was asked for does not pass."""
    newest = [one for one in found if not one.debian_layout][-1]
    other = next(one for one in found if one.version != newest.version)
    link = f'mkdir -p "$output/bin"; ln -s {other.executable} "$output/bin/$name"\n'
    tried = smoke(text=BUILDER + link, python=newest.label)
    assert (1, "✓✓!") == (tried.status, tried.stages), tried.text
    assert f"it is Python {other.version}, and {newest.version} was asked for" in tried.text
    assert "look at: the request's `interpreter` says which Python" in tried.text


def test_a_long_story(smoke: Try) -> None:
    """Of what a builder prints the last lines are shown."""
    tried = smoke(text=f"#!{sys.executable} -I\nfor n in range(40): print('line', n)\nexit(1)\n")
    assert "stdout: … 28 lines before" in tried.text
    assert "stdout: line 39" in tried.text
    assert "stdout: line 27\n" not in tried.text


def test_two_of_them(cache: Path) -> None:
    """More than one builder, or interpreter, is a usage error, and so is one that is not there."""
    for arguments, words in (
        (["-b", "bug:*"], "one builder is tried, not "),
        (["-b", "reference", "-p", "all"], "one interpreter is tried, and --python selects "),
        (["-b", "exec:./nothing"], "names no executable program"),
    ):
        result = CliRunner().invoke(main, ["smoke", *arguments, "--cache", str(cache)])
        assert 4 == result.exit_code
        assert words in result.output
        assert 1 == len(result.output.splitlines())
