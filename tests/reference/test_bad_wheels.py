"""Bad wheels end in one line, with nothing written.

Exit status 3 is a refusal, of what no builder should make; 1 is an error, of what is broken.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reference import build, packages
from reference.__main__ import main
from reference.interpreter import Interpreter
from reference.store import Store

from .conftest import EXECUTABLES, WheelMaker, ask, python_of, run

INFO = "p-1.0.dist-info"
WHEEL = "p-1.0-py2.py3-none-any.whl"
REFUSED, FAILED = (3,), (1, 3)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache whose store has all that an environment without packages needs."""
    folder, base = tmp_path_factory.mktemp("cache"), ask(EXECUTABLES[-1])
    build.build(base.executable, [], folder / "env", store=Store(folder / "envparity-reference"))
    return folder


Attempt = Callable[..., str]


@pytest.fixture
def fails(
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Attempt]:
    """A function that builds, which has to fail and leave nothing; it returns what was said."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    old = os.umask(0o022)

    def attempt(
        *wheels: Path, output: Path = tmp_path / "out/env", statuses: tuple[int, ...] = FAILED
    ) -> str:
        (tmp_path / "out").mkdir(exist_ok=True)
        before = contents(cache), contents(tmp_path)
        arguments = ["make", "--python", str(EXECUTABLES[-1]), "--output", str(output)]
        status = main([*arguments, *map(str, wheels)])
        said = capsys.readouterr()
        assert status in statuses, said.err
        assert said.err.count("\n") == 1
        assert said.err.startswith("reference: ")
        assert not said.out
        assert (contents(cache), contents(tmp_path)) == before
        return said.err

    yield attempt
    os.umask(old)


def contents(folder: Path) -> dict[str, object]:
    """What lies below *folder*, but for locks and folders that hold nothing else."""
    return {
        str(path): path.readlink() if path.is_symlink() else path.stat().st_size
        for path in folder.rglob("*")
        if path.is_symlink() or (not path.is_dir() and path.suffix != ".lock")
    }


def digest_of(content: bytes) -> str:
    """The digest of *content* as RECORD spells it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


Members = dict[str, bytes]


def rewritten(wheel: Path, change: Callable[[Members], None]) -> Path:
    """*wheel* with other members, whose RECORD stays as *change* leaves it."""
    with zipfile.ZipFile(wheel) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return wheel


# --- members that lead elsewhere -----------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["../x", "../../../x", "a/../../x", "/x", "//x", "/etc/x", "..", "p-1.0.data/data/../../../x",
     "p-1.0.data/scripts/../x", "p/../../../../../x", "p/.."],
)  # fmt: skip
def test_members_that_leave(fails: Attempt, make_wheel: WheelMaker, path: str) -> None:
    """A member with an absolute path, or with `..` in it, is refused."""
    assert WHEEL in fails(make_wheel("p", {path: b"x"}), statuses=REFUSED)


@pytest.mark.parametrize(
    "path", ["a\nb.py", "p-1.0.data/scripts/a\nb", "a\rb.py", "a\n/b.py", "p-1.0.data/data/a\nb"]
)
def test_names_with_newlines(fails: Attempt, make_wheel: WheelMaker, path: str) -> None:
    """A member whose name holds a line end is not written, RECORD or not."""

    def quote(members: Members) -> None:
        members[record] = members[record].replace(path.encode(), f'"{path}"'.encode())

    record = f"{INFO}/RECORD"
    fails(rewritten(make_wheel("p", {path: b"x"}), quote))


def test_name_with_nul(fails: Attempt, make_wheel: WheelMaker) -> None:
    """A member whose name holds a NUL is not written under half of its name."""
    wheel = make_wheel("p", {"p/aXb.py": b"x"})
    wheel.write_bytes(wheel.read_bytes().replace(b"p/aXb.py", b"p/a\0b.py"))
    fails(wheel)


@pytest.mark.parametrize("target", ["/etc", "../../../../..", "../../../etc/passwd"])
@pytest.mark.parametrize("through", [True, False], ids=["through", "alone"])
def test_links(
    fails: Attempt, make_wheel: WheelMaker, tmp_path: Path, target: str, through: bool
) -> None:
    """A member that is a link out of the tree is refused, and so is one that goes through it."""
    wheel = make_wheel("p", {"p/link": target.encode(), **({"p/link/x": b"x"} if through else {})})
    with zipfile.ZipFile(wheel) as archive:
        members = [(member, archive.read(member)) for member in archive.infolist()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for member, content in members:
            if member.filename == "p/link":
                member.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(member, content)
    fails(wheel)


def test_case(newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker) -> None:
    """Names that differ only by case are different names, in one wheel and in two."""
    wheels = [
        make_wheel("p", {"p/a.py": b"x = 1\n", "p/A.py": b"x = 2\n", "P/a.py": b"x = 3\n"}),
        make_wheel("q", {"P/A.py": b"x = 4\n"}),
    ]
    output = tmp_path / "env"
    build.build(newest.executable, wheels, output, store=store)
    line = "import p.a, p.A, P.a, P.A; print(p.a.x, p.A.x, P.a.x, P.A.x)"
    assert run([python_of(output, newest), "-c", line]) == "1 2 3 4\n"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("content", [b"x = 1\n", b"x = 2\n"], ids=["same", "other"])
def test_duplicated(fails: Attempt, make_wheel: WheelMaker, content: bytes) -> None:
    """A member that is there twice makes a wheel bad: which one is meant?"""
    wheel = make_wheel("p", {"p/a.py": b"x = 1\n"})
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("p/a.py", content)
    fails(wheel)


def test_file_and_folder(fails: Attempt, make_wheel: WheelMaker) -> None:
    """A member cannot be a file and the folder of another one."""
    fails(make_wheel("p", {"p/a": b"x", "p/a/b.py": b"x"}))
    fails(make_wheel("p", {"p/a/b.py": b"x", "p/a": b"x"}))


@pytest.mark.parametrize("scheme", ["nowhere", "stdlib", ".", "scripts"])
def test_unknown_scheme(fails: Attempt, make_wheel: WheelMaker, scheme: str) -> None:
    """Data goes to one of the five places that the format names, and has a path there."""
    fails(make_wheel("p", {f"p-1.0.data/{scheme}" + "/x" * (scheme != "scripts"): b"x"}))


# --- metadata ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["METADATA", "WHEEL", "RECORD"])
@pytest.mark.parametrize("record", [True, False], ids=["recorded", "unrecorded"])
def test_missing(fails: Attempt, make_wheel: WheelMaker, name: str, record: bool) -> None:
    """A wheel without one of its three files of metadata is no wheel, and the wheel is named."""

    def drop(members: Members) -> None:
        del members[f"{INFO}/{name}"]
        if not record and name != "RECORD":
            lines = members[f"{INFO}/RECORD"].splitlines(keepends=True)
            kept = [line for line in lines if name.encode() not in line]
            members[f"{INFO}/RECORD"] = b"".join(kept)

    assert WHEEL in fails(rewritten(make_wheel("p", {"p/a.py": b"x"}), drop))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"p/a.py,", b"p/b.py,"), (b"p/a.py,sha256=", b"p/a.py,sha256=A"), (b"sha256=", b"md5="),
        (b"sha256=", b"sha3_none="), (b"p/a.py,sha256=", b"p/a.py,"), (b",1\n", b",2\n"),
        (b",1\n", b",x\n"), (b",1\n", b"\n"), (b",1\n", b",-1\n"),
        (b"p/a.py", b"p/gone.py,,\np/a.py"), (b"p/a.py", b"p/gone.py,sha256=AAAA,1\np/a.py"),
        (b"p/a.py", b"../p/a.py"), (b"p/a.py", b'"p/a.py'), (b"p/a.py", b"\xff\xfe"),
        (b"p/a.py", b"\0"),
    ],
)  # fmt: skip
def test_wrong_record(fails: Attempt, make_wheel: WheelMaker, old: bytes, new: bytes) -> None:
    """A RECORD that lacks a line, has one too many or a wrong digest or size is not believed."""

    def spoil(members: Members) -> None:
        changed = members[f"{INFO}/RECORD"].replace(old, new, 1)
        assert changed != members[f"{INFO}/RECORD"]
        members[f"{INFO}/RECORD"] = changed

    assert WHEEL in fails(rewritten(make_wheel("p", {"p/a.py": b"x"}), spoil))


@pytest.mark.parametrize("version", ["2.0", "10.0", "", "x"])
def test_wheel_version(fails: Attempt, make_wheel: WheelMaker, version: str) -> None:
    """A wheel of a later format than 1.x, or of none, is not installed."""

    def change(members: Members) -> None:
        old = members[f"{INFO}/WHEEL"]
        new = old.replace(b"Wheel-Version: 1.0", b"Wheel-Version: " + version.encode())
        before, after = (f"{digest_of(text)},{len(text)}".encode() for text in (old, new))
        members[f"{INFO}/WHEEL"] = new
        members[f"{INFO}/RECORD"] = members[f"{INFO}/RECORD"].replace(before, after)

    assert WHEEL in fails(rewritten(make_wheel("p"), change))


@pytest.mark.parametrize(
    "line",
    ["x = a:b c", "x = a b:c", "x = 1:2", "x = a:import os", "x = a:b;c", "x = a:b()",
     "x = a..b:c", "x = :b", "x = a:", "../x = a:b", "a/b = a:b", ".. = a:b", "= a:b", "x = a-b:c",
     "x = a:\n y\nz", "/x = a:b", "x\0y = a:b", "x = a:b\nx = c:d"],
)  # fmt: skip
def test_entry_points(fails: Attempt, make_wheel: WheelMaker, line: str) -> None:
    """An entry point that is not a name for module:attribute makes no program."""
    fails(make_wheel("p", entry_points=f"[console_scripts]\n{line}\n"))


# --- files that are no wheels --------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 10, 200, 0.5, 0.9, -1], ids=str)
def test_truncated(fails: Attempt, make_wheel: WheelMaker, size: float) -> None:
    """A wheel of which a part is missing, or all, is an error that names it."""
    wheel = make_wheel("p", {"p/a.py": b"x" * 2000})
    content = wheel.read_bytes()
    wheel.write_bytes(content[: int(size * len(content)) if 0 < size < 1 else int(size)])
    assert WHEEL in fails(wheel)


@pytest.mark.parametrize(
    "name", [WHEEL, "nonsense.whl", "p.zip", "p-1.0-x.whl", "p\n-1.0-a-b-c.whl"]
)
def test_no_zip(fails: Attempt, tmp_path: Path, name: str) -> None:
    """A file that is no zip, or not named as a wheel is, is an error that names it."""
    (tmp_path / name).write_bytes(b"nonsense")
    assert name.splitlines()[0] in fails(tmp_path / name)


def test_no_file(fails: Attempt, tmp_path: Path) -> None:
    """A wheel that is a folder, a link to nothing or to itself, a pipe or absent is an error."""
    place = tmp_path / WHEEL
    assert WHEEL in fails(place)
    assert WHEEL in fails(place / "x" / WHEEL)
    place.symlink_to("nowhere")
    assert WHEEL in fails(place)
    place.unlink()
    place.symlink_to(WHEEL)
    assert WHEEL in fails(place)
    place.unlink()
    place.symlink_to("/proc/self/mem")
    assert WHEEL in fails(place)
    place.unlink()
    place.mkdir()
    assert WHEEL in fails(place)


def test_encrypted(fails: Attempt, make_wheel: WheelMaker) -> None:
    """A wheel with a password is an error that names it."""
    wheel = make_wheel("p", {"p/a.py": b"x"})
    content = bytearray(wheel.read_bytes())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 1)
    wheel.write_bytes(content)
    assert WHEEL in fails(wheel)


@pytest.mark.parametrize("method", [1, 9, 97, 99])
def test_compression(fails: Attempt, make_wheel: WheelMaker, method: int) -> None:
    """A wheel that is compressed in a way nobody knows is an error that names it."""
    wheel = make_wheel("p", {"p/a.py": b"x"})
    content = bytearray(wheel.read_bytes())
    struct.pack_into("<H", content, content.find(b"PK\1\2") + 10, method)
    struct.pack_into("<H", content, content.find(b"PK\3\4") + 8, method)
    wheel.write_bytes(content)
    assert WHEEL in fails(wheel)


# --- bombs ---------------------------------------------------------------------------------


def test_bomb(fails: Attempt, make_wheel: WheelMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel that unpacks to more than the stated limit is not unpacked; the limit is told."""
    monkeypatch.setattr(packages, "LARGEST", 2**20)
    assert str(2**20) in fails(make_wheel("p", {f"p/{n}": bytes(2**18) for n in range(5)}))


@pytest.mark.parametrize("size", [2**40, 2**62, 1], ids=["more", "most", "less"])
def test_lying_size(fails: Attempt, make_wheel: WheelMaker, size: int) -> None:
    """A wheel that says it holds terabytes, or less than it does, is an error without unpacking."""
    wheel = make_wheel("p", {"p/a": bytes(2**20)})
    with zipfile.ZipFile(wheel, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{INFO}/x", b"")
        archive.getinfo("p/a").file_size = size
    assert WHEEL in fails(wheel)
