"""The guarantees of a build: whole or not at all, the same twice, and what it refuses."""

from __future__ import annotations

import concurrent.futures
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reference import build
from reference.errors import BuildError, Refused
from reference.interpreter import Interpreter
from reference.store import Store
from reference.tree import Tree
from reference.wrapping import wrap

from .conftest import WheelMaker, python_of, run

ROOT = Path(build.__file__).parents[1]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and link below *folder*: its mode, and its bytes or target."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = (0, os.fsencode(path.readlink()))
        elif path.is_file():
            found[str(path.relative_to(folder))] = (path.stat().st_mode, path.read_bytes())
    return found


def greeter(make_wheel: WheelMaker) -> Path:
    """A wheel with something of everything in it."""
    return make_wheel(
        "greeter",
        {
            "greeter/__init__.py": b"def main():\n    import sys; print(sys.prefix)\n",
            "greeter-1.0.data/scripts/hello": b"#!python\nprint('hello')\n",
            "greeter-1.0.data/scripts/sh": b"#!/bin/sh\necho sh\n",
            "greeter-1.0.data/data/share/greeter/text": b"text",
            "greeter-1.0.data/headers/greeter.h": b"/* */",
        },
        entry_points="[console_scripts]\ngreet = greeter:main\n",
    )


@pytest.mark.parametrize("link_mode", build.LINK_MODES)
def test_packages(
    base: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker, link_mode: str
) -> None:
    """Modules, programs, data and headers of a wheel are where the base would have them."""
    if link_mode != "symlink" and base.version[:2] not in ((2, 7), (3, 12)):
        pytest.skip("a copy of every base takes minutes")
    output = tmp_path / "env"
    build.build(base.executable, [greeter(make_wheel)], output, store=store, link_mode=link_mode)
    scripts, data = output / base.scheme["scripts"], output / base.scheme["data"]
    assert run([scripts / "greet"]) == f"{output}\n"
    assert run([scripts / "hello"]) == "hello\n"
    assert run([scripts / "sh"]) == "sh\n"
    assert (data / "share/greeter/text").read_text() == "text"
    assert (output / base.scheme["headers"] / "greeter/greeter.h").exists()
    assert all(not path.is_symlink() for path in scripts.iterdir() if "python" not in path.name
               and path.name in ("greet", "hello", "sh"))  # fmt: skip
    script = "import greeter, json, os; print(os.path.realpath(greeter.__file__))"
    real = run([python_of(output, base), "-c", script])
    assert real.startswith(str(output)) is (link_mode in ("hardlink", "copy"))


def test_the_base_is_left_alone(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """No build and no link mode changes a link count or a file of the base."""
    stdlib = newest.prefix / newest.stdlib / "os.py"
    before = stdlib.stat()
    for link_mode in build.LINK_MODES:
        output = tmp_path / link_mode
        build.build(
            newest.executable, [greeter(make_wheel)], output, store=store, link_mode=link_mode
        )
    after = stdlib.stat()
    assert (before.st_nlink, before.st_mtime_ns) == (after.st_nlink, after.st_mtime_ns)


def test_record(base: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker) -> None:
    """RECORD lists what is there, with the digests of what is there."""
    output = tmp_path / "env"
    build.build(base.executable, [greeter(make_wheel)], output, store=store)
    root = output / base.scheme["purelib"]
    from reference.packages import record_digest

    rows = (root / "greeter-1.0.dist-info/RECORD").read_text().splitlines()
    for path, digest, size in (row.rsplit(",", 2) for row in rows if not row.endswith(",,")):
        content = (root / path).read_bytes()
        assert (digest, int(size)) == (f"sha256={record_digest(content)}", len(content)), path


def test_same_bytes_twice(newest: Interpreter, tmp_path: Path, make_wheel: WheelMaker) -> None:
    """Two builds at one path, from one store, are the same bytes."""
    store, output, wheel = Store(tmp_path / "store"), tmp_path / "env", greeter(make_wheel)
    build.build(newest.executable, [wheel], output, store=store)
    first = contents(output)
    output.rename(tmp_path / "old")
    build.build(newest.executable, [wheel], output, store=store)
    assert contents(output) == first


def test_many_at_once(newest: Interpreter, tmp_path: Path, make_wheel: WheelMaker) -> None:
    """Builds that start together with an empty store all succeed, and leave nothing behind."""
    wheel = greeter(make_wheel)
    command = [sys.executable, "-m", "reference", "make", "--python", str(newest.executable)]
    variables = {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def one(number: int) -> str:
        return run([*command, "--output", tmp_path / f"e{number}", wheel], variables=variables)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(8))) == {""}
    names = [path.name for path in (tmp_path / "cache").rglob("*")] + os.listdir(tmp_path)
    assert not [name for name in names if name.startswith(".")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed(newest: Interpreter, tmp_path: Path, number: int) -> None:
    """A build that is killed leaves nothing at its output, and the next one cleans up beside it."""
    output, cache = tmp_path / "out" / "env", tmp_path / "cache"
    output.parent.mkdir()
    command = [sys.executable, "-m", "reference", "--link-mode", "copy", "make",
               "--python", str(newest.executable), "--output", str(output)]  # fmt: skip
    variables = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)}
    process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE)
    while process.poll() is None and not any(output.parent.iterdir()):
        time.sleep(0.01)
    time.sleep(0.05)
    process.send_signal(number)
    process.communicate()
    assert not output.exists()
    assert number == signal.SIGKILL or not any(output.parent.iterdir())
    run(command, variables=variables)
    assert [output] == list(output.parent.iterdir())


def test_umask(newest: Interpreter, tmp_path: Path) -> None:
    """A strict umask makes no difference to who can use the environment."""
    variables = {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    line = 'umask 077; exec "$0" -m reference make --python "$1" --output "$2"'
    output = tmp_path / "env"
    run(["/bin/sh", "-c", line, sys.executable, newest.executable, output], variables=variables)
    closed = [path for path in output.rglob("*") if not path.is_symlink()
              and path.stat().st_mode & 0o044 != 0o044]  # fmt: skip
    assert output.stat().st_mode & 0o055 == 0o055
    assert not closed


def test_output(newest: Interpreter, store: Store, tmp_path: Path) -> None:
    """An output that exists, as whatever, or has no parent is an error that names it."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("folder", "dangling"):
        with pytest.raises(BuildError, match=f"{name}: already exists"):
            build.build(newest.executable, [], tmp_path / name, store=store)
    with pytest.raises(BuildError, match="cannot be written: No such file"):
        build.build(newest.executable, [], tmp_path / "a/b", store=store)


@pytest.mark.parametrize(
    ("number", "there", "said"),
    [
        (0, True, "already exists"),
        (errno.EEXIST, True, "already exists"),
        (errno.ENOTEMPTY, False, "cannot be written: Directory not empty"),
        (errno.ENOSPC, True, "cannot be written: No space left on device"),
    ],
)
def test_output_that_appears(
    newest: Interpreter, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    number: int, there: bool, said: str,
) -> None:  # fmt: skip
    """What somebody else puts at the output in the middle of a build stays, and is named if hit."""
    output, write = tmp_path / "env", Tree.write

    def disturbed(tree: Tree, at: str, mode: str) -> None:
        if there:
            output.mkdir()
            (output / "file").touch()
        if number:
            raise OSError(number, os.strerror(number))
        write(tree, at, mode)

    monkeypatch.setattr(Tree, "write", disturbed)
    with pytest.raises(BuildError, match=f"env: {said}$"):
        build.build(newest.executable, [], output, store=store)
    assert [path.name for path in tmp_path.rglob("*")] == (["env", "file"] if there else [])


def test_collisions(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """Identical files merge; different ones are refused with both owners, in any order."""
    same = [make_wheel(name, {"ns/x.py": b"x = 1\n"}) for name in ("one", "two")]
    build.build(newest.executable, same, tmp_path / "env", store=store)
    other = make_wheel("three", {"ns/x.py": b"x = 2\n"})
    folder = make_wheel("four", {"ns/x.py/y.py": b""})
    for pair in ([same[0], other], [other, same[0]], [same[0], folder], [folder, same[0]]):
        with pytest.raises(Refused, match=r"ns/x\.py.*1\.0.*1\.0"):
            build.build(newest.executable, pair, tmp_path / "no", store=store)
    assert not (tmp_path / "no").exists()


def test_collision_with_the_base(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """A package that has other text for a file of the base is refused: neither comes first."""
    wheel = make_wheel("p", {f"p-1.0.data/data/{newest.stdlib}/os.py": b"x = 1\n"})
    with pytest.raises(Refused, match=r"os\.py: CPython .* and p 1\.0 .* differ$"):
        build.build(newest.executable, [wheel], tmp_path / "env", store=store)


def test_priorities_of_others(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """Priorities that are not as many as the packages are a mistake of the caller."""
    wheels = [make_wheel(name) for name in ("one", "two")]
    with pytest.raises(ValueError, match="shorter"):
        build.build(newest.executable, wheels, tmp_path / "env", store=store, priorities=[1])


def test_wrapped_programs(
    base: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """A program with a genuine preamble is unwrapped; any other pair stays as it is."""
    original = b"#!python\nimport sys\nfrom os import sep\nprint(sys.argv[0] + sep)\n"
    scripts = "wrapped-1.0.data/scripts/"
    shell = b'#!/bin/sh\nexec "$(dirname "$0")/.%s-wrapped" "$@"\n'
    wheel = make_wheel("wrapped", {
        f"{scripts}foo": shell % b"foo",
        f"{scripts}.foo-wrapped": wrap(wrap(original, argv0="/p/foo"), argv0="/q/foo"),
        f"{scripts}bar": shell % b"bar",
        f"{scripts}.bar-wrapped": b"#!/bin/sh\n# x\necho third\n",
        f"{scripts}elf": b"\x7fELF",
        f"{scripts}.elf-wrapped": b"#!python\nprint('no preamble')\n",
    })  # fmt: skip
    build.build(base.executable, [wheel], tmp_path / "env", store=store)
    folder = tmp_path / "env" / base.scheme["scripts"]
    assert run([folder / "foo"]) == f"{folder}/foo/\n"
    assert not (folder / ".foo-wrapped").exists()
    assert run([folder / "bar"]) == "third\n"
    assert (folder / "elf").read_bytes() == b"\x7fELF"
    assert run([folder / ".elf-wrapped"]) == "no preamble\n"


def test_linked_folders(
    base: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """In `folders` mode, only what is one package's alone and unchanged is one link."""
    one = make_wheel("one", {
        "one/a.py": b"", "shared/one/x.py": b"", "shared/one/deep/y.py": b"",
        "one-1.0.data/data/share/one/z": b"", "one-1.0.data/scripts/one": b"#!python\n",
    })  # fmt: skip
    two = make_wheel("two", {"shared/two.py": b"", "two/a.py": b""})
    output = tmp_path / "env"
    build.build(base.executable, [one, two], output, store=store, link_mode="folders")
    data, site = (output / base.scheme[name] for name in ("data", "purelib"))
    for link in ("one", "shared/one", "two", "two-1.0.dist-info"):
        assert (site / link).is_symlink()
    # Manual pages of the base lie in share, too, where Debian has them elsewhere.
    assert (data / "share").is_symlink() or (data / "share/one").is_symlink()
    # RECORD has the digest of the program, so its folder is the environment's own.
    for own in (site, site / "one-1.0.dist-info", site / "shared", output / "bin"):
        assert own.is_dir()
        assert not own.is_symlink()
    for path in (site / "shared/one/deep/y.py", site / "shared/two.py", data / "share/one/z"):
        assert path.is_file()


def test_places_are_no_links(
    base: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """Where packages go stays the environment's own in `folders` mode, if one has it alone, too."""
    wheel = make_wheel("p", {"p/a.py": b""})
    output = tmp_path / "env"
    build.build(base.executable, [wheel], output, store=store, link_mode="folders")
    site = output / base.scheme["purelib"]
    assert (site / "p").is_symlink()
    for place in (site, output / base.scheme["platlib"], output / base.scheme["scripts"]):
        assert place.resolve() == tmp_path.resolve() / place.relative_to(tmp_path)


def test_folder_of_a_dropped_file(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """A folder out of which a file gave way to another package's is no link, with any mode."""
    low, high = (make_wheel(name, {"p/x.py": name.encode(), f"q/{name}.py": b""})
                 for name in ("low", "high"))  # fmt: skip
    for first in (0, 1):
        output, ranks = tmp_path / f"env{first}", [first, 1 - first]
        build.build(newest.executable, [low, high], output, store=store, link_mode="folders",
                    priorities=ranks)  # fmt: skip
        site = output / newest.scheme["purelib"]
        assert not (site / "p").is_symlink()
        assert (site / "p/x.py").read_text() == ("high" if first else "low")


def test_own_folders(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """Folders of packages are folders with links in them, since os.walk follows no link."""
    wheel = make_wheel("p", {"p/a.py": b"", "p/b/c.py": b""})
    build.build(newest.executable, [wheel], tmp_path / "env", store=store)
    site = tmp_path / "env" / newest.scheme["purelib"]
    assert not (site / "p").is_symlink()
    assert not (site / "p/b").is_symlink()
    assert (site / "p/b/c.py").is_symlink()
    assert not site.is_symlink()
    assert not (tmp_path / "env/bin").is_symlink()
    assert not (site.parent / "__pycache__").is_symlink()
