"""Package trees, as distributions hold them: what is taken over, unwrapped, and refused."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from reference import build
from reference.__main__ import main
from reference.errors import BuildError, Refused
from reference.interpreter import Interpreter
from reference.store import Store
from reference.wrapping import wrap

from .conftest import WheelMaker, python_of, run

PERL = b'#!/usr/bin/perl\nprint "$0 @ARGV\\n";\n'
SHELL_WRAPPER = '#!/bin/bash\nexec -a "$0" "{folder}/.{name}-wrapped" "$@"\n'


def make_tree(folder: Path, files: dict[str, bytes | str]) -> Path:
    """Make a package tree: what lies in a bin is executable, what begins with -> a link."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str) and content.startswith("-> "):
            place.symlink_to(content[3:])
            continue
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        place.chmod(0o755 if "bin" in Path(path).parts[:-1] else 0o644)
    return folder


def make(base: Interpreter, store: Store, output: Path, *inputs: Path, **options: object) -> Path:
    """Build an environment of trees and wheels."""
    build.build(base.executable, inputs, output, store=store, **options)  # type: ignore[arg-type]
    return output


def test_everything_of_a_tree(base: Interpreter, store: Store, tmp_path: Path) -> None:
    """Modules, programs, data, links and empty folders of a tree are where they were in it."""
    site = base.scheme["purelib"]
    tree = make_tree(tmp_path / "foo", {
        f"{site}/foo.py": "import os\nwhere = os.path.dirname(__file__)\n",
        f"{site}/foo-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Foo\nVersion: 1.0\n",
        f"{base.scheme['scripts']}/foo": b"#!" + bytes(base.executable) + b"\nimport foo, sys\n"
        b"print(foo.where)\nprint(sys.prefix)\n",
        "share/foo/text": "text",
        "share/foo/link": "-> text",
        "share/foo/loop": "-> .",
    })  # fmt: skip
    (tree / "share/foo/empty").mkdir()
    output = make(base, store, tmp_path / "env", tree)
    assert run([output / base.scheme["scripts"] / "foo"]).split() == [
        f"{output}/{site}",
        str(output),
    ]
    assert (output / "share/foo/link").readlink() == Path("text")
    assert (output / "share/foo/loop").readlink() == Path()
    assert (output / "share/foo/empty").is_dir()


def test_wrapped_programs(newest: Interpreter, store: Store, tmp_path: Path) -> None:
    """Only Python programs with a preamble are unwrapped; shell, perl and ELF stay."""
    tree = tmp_path / "pkg"
    python = b"#!" + bytes(newest.executable) + b"\nimport sys\nprint(sys.argv[0])\n"
    programs = {
        "py": wrap(python, argv0="/pkg/bin/py", folders=["/pkg/lib"]),
        "sh": b'#!/bin/sh\necho "$0"\n# third line\n',
        "pl": PERL,
        "plain": python,
    }
    files: dict[str, bytes | str] = {}
    for name, content in programs.items():
        files[f"bin/.{name}-wrapped"] = content
        files[f"bin/{name}"] = SHELL_WRAPPER.format(folder=tree / "bin", name=name)
    files["bin/elf"] = SHELL_WRAPPER.format(folder=tree / "bin", name="elf")
    make_tree(tree, files)
    shutil.copy("/bin/echo", tree / "bin/.elf-wrapped")
    output = make(newest, store, tmp_path / "env", tree)
    assert run([output / "bin/py"]) == f"{output}/bin/py\n"
    assert not (output / "bin/.py-wrapped").exists()
    for name in ("sh", "pl", "elf"):
        for path in (f"bin/{name}", f"bin/.{name}-wrapped"):
            assert (output / path).read_bytes() == (tree / path).read_bytes()
            assert os.access(output / path, os.X_OK)
    expected = programs["plain"].replace(bytes(newest.executable), bytes(python_of(output, newest)))
    assert (output / "bin/.plain-wrapped").read_bytes() == expected


def test_a_wrapper_that_does_more_stays(newest: Interpreter, store: Store, tmp_path: Path) -> None:
    """A wrapper that also sets a variable is kept, and what it starts is unwrapped in its place."""
    tree = tmp_path / "pkg"
    program = b"#!" + bytes(newest.executable) + b"\nimport os\nprint(os.environ['FOO'])\n"
    wrapper = '#!/bin/sh\nexport FOO=bar\nexec "${0%/*}/.p-wrapped" "$@"\n'
    make_tree(tree, {"bin/p": wrapper, "bin/.p-wrapped": wrap(program, argv0="/p")})
    output = make(newest, store, tmp_path / "env", tree)
    assert run([output / "bin/p"]) == "bar\n"
    assert b"unwrap:" not in (output / "bin/.p-wrapped").read_bytes()


def test_namespace_over_trees_and_wheels(
    base: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """A folder that a tree and a wheel share holds the files of both, in any order."""
    site = base.scheme["purelib"]
    tree = make_tree(tmp_path / "a", {f"{site}/ns/a.py": "", f"{site}/ns/__init__.py": ""})
    wheel = make_wheel("b", {"ns/b.py": b"", "ns/__init__.py": b""})
    for number, inputs in enumerate([(tree, wheel), (wheel, tree)]):
        output = make(base, store, tmp_path / f"env{number}", *inputs)
        run([python_of(output, base), "-c", "import ns.a, ns.b"])


def test_priorities(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """Where files differ the lower priority wins, whatever the order; equal ones are refused."""
    one, two = (make_wheel(name, {"x.py": name.encode()}) for name in ("one", "two"))
    for number, (inputs, ranks) in enumerate([((one, two), (5, 1)), ((two, one), (1, 5))]):
        output = make(newest, store, tmp_path / f"env{number}", *inputs, priorities=ranks)
        assert (output / newest.scheme["purelib"] / "x.py").read_text() == "two"
    with pytest.raises(Refused, match=r"x\.py: one 1\.0 .* and two 1\.0 .* differ"):
        make(newest, store, tmp_path / "no", one, two, priorities=(3, 3))


def test_priorities_on_the_command_line(
    newest: Interpreter, tmp_path: Path, make_wheel: WheelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make` takes PACKAGE@PRIORITY, and a path with an @ of its own is still a path."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wheels = [make_wheel(name, {"x.py": name.encode()}, folder="a@b") for name in ("one", "two")]
    command = ["make", "--python", str(newest.executable), "--output", str(tmp_path / "env")]
    assert main([*command, f"{wheels[0]}@2", str(wheels[1])]) == 0
    assert (tmp_path / "env" / newest.scheme["purelib"] / "x.py").read_text() == "two"


@pytest.mark.parametrize("target", ["../../outside", "/etc/passwd", "../pkg/../../x"])
def test_a_link_that_leaves(newest: Interpreter, store: Store, tmp_path: Path, target: str) -> None:
    """A link out of the tree is refused by name, and nothing is built."""
    tree = make_tree(tmp_path / "pkg", {"share/link": f"-> {target}", "share/x": ""})
    with pytest.raises(Refused, match="the link share/link leaves the tree"):
        make(newest, store, tmp_path / "env", tree)
    assert not (tmp_path / "env").exists()


def test_a_dangling_link_is_kept(newest: Interpreter, store: Store, tmp_path: Path) -> None:
    """A link to nothing inside the tree stays what it was, as an installation would have it."""
    tree = make_tree(tmp_path / "pkg", {"share/link": "-> nothing"})
    output = make(newest, store, tmp_path / "env", tree)
    assert (output / "share/link").readlink() == Path("nothing")


@pytest.mark.parametrize("kind", ["socket", "fifo"])
def test_what_is_no_file(
    newest: Interpreter, store: Store, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket or a FIFO in a tree is an error that names it, and does not hang the build."""
    tree = make_tree(tmp_path / "pkg", {"share/x": ""})
    if kind == "fifo":
        os.mkfifo(tree / "share/odd")
    else:
        monkeypatch.chdir(tree / "share")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("odd")
    with pytest.raises(BuildError, match="share/odd: neither a file nor a folder nor a link"):
        make(newest, store, tmp_path / "env", tree)


def test_an_unreadable_file(newest: Interpreter, tmp_path: Path) -> None:
    """A file that the builder may not read is an error that names it."""
    tree = make_tree(tmp_path / "pkg", {"share/secret": "x"})
    (tree / "share/secret").chmod(0)
    command = [
        "python3", "-m", "reference", "make", "--python", str(newest.executable),
        "--output", str(tmp_path / "env"), str(tree),
    ]  # fmt: skip
    if os.getuid() == 0:
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(build.__file__).parents[1],
        env={"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )  # fmt: skip
    assert ended.returncode == 1
    assert f"{tree}/share/secret: cannot be read" in ended.stderr
    assert not (tmp_path / "env").exists()


def test_record_of_a_tree(newest: Interpreter, store: Store, tmp_path: Path) -> None:
    """RECORD of a tree whose program changed has the new digest, and the rest as it was."""
    site = newest.scheme["purelib"]
    tree = make_tree(tmp_path / "p", {
        "bin/p": b"#!" + bytes(newest.executable) + b"\n",
        f"{site}/p-1.dist-info/METADATA": "Name: p\nVersion: 1\n",
        f"{site}/p-1.dist-info/RECORD": "../../../bin/p,sha256=old,1\np.py,sha256=kept,2\n",
    })  # fmt: skip
    output = make(newest, store, tmp_path / "env", tree)
    rows = (output / site / "p-1.dist-info/RECORD").read_text().splitlines()
    assert rows[0].startswith("../../../bin/p,sha256=")
    assert rows[0].endswith(f",{len((output / 'bin/p').read_bytes())}")
    assert rows[1] == "p.py,sha256=kept,2"
