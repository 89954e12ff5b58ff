"""Tests of what package managers say of an interpreter's files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from envparity.digests import files_of, recorded
from envparity.interpreter import Interpreter
from tests.doubles import make_interpreter


def keep_in_dpkg(root: Path, files: Mapping[Path, str], conffiles: str = "") -> None:
    """Let dpkg's records below *root* say that *files* have these contents."""
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    lines = [f"{hashlib.md5(text.encode()).hexdigest()}  {str(path)[1:]}\n"
             for path, text in files.items()]  # fmt: skip
    (info / "libpython3.12.md5sums").write_text("".join(lines))
    (info / "libpython3.12.list").write_text("".join(f"{path}\n" for path in files) + "/usr\n")
    (info / "links.list").write_text("".join(f"{path}\n" for path in files if path.is_symlink()))
    (root / "var/lib/dpkg/status").write_text(f"Package: python3.12\nConffiles:\n{conffiles}\n")


@pytest.fixture(name="one")
def _one(tmp_path: Path) -> Interpreter:
    """An interpreter with an executable and a small library."""
    prefix = tmp_path / "usr"
    for name in ("bin/python3.12", "lib/python3.12/os.py", "lib/python3.12/test/noise.py",
                 "lib/python3.12/site-packages/six.py", "lib/libpython3.12.so"):  # fmt: skip
        (prefix / name).parent.mkdir(parents=True, exist_ok=True)
        (prefix / name).write_text(name)
    return make_interpreter(prefix=prefix)


def test_nobody_keeps_any(one: Interpreter, tmp_path: Path) -> None:
    """An interpreter that was built from source has no digests."""
    assert recorded(one, root=tmp_path) is None


def test_dpkg(one: Interpreter, tmp_path: Path) -> None:
    """Debian's digests of executable, library and configuration files are taken."""
    stdlib = Path(one.paths["stdlib"])
    (stdlib / "link.py").symlink_to("os.py")
    keep_in_dpkg(
        tmp_path,
        {
            one.executable: "bin/python3.12",
            stdlib / "os.py": "another",
            stdlib / "link.py": "",
            stdlib / "test" / "noise.py": "noise",
            Path("/usr/share/doc"): "doc",
        },
        " /etc/python3.12/nowhere.py 00000000000000000000000000000000\n"
        " /etc/other 00000000000000000000000000000000",
    )
    digests = recorded(one, root=tmp_path)
    assert digests is not None
    nowhere = Path("/etc/python3.12/nowhere.py")
    files = {one.executable, stdlib / "os.py", stdlib / "link.py", nowhere}
    assert ("dpkg", files) == (digests.keeper, set(digests.files))
    assert [(nowhere, "no such file or directory"), (stdlib / "os.py", "modified")] == list(
        digests.broken()
    )


def test_conda(one: Interpreter, tmp_path: Path) -> None:
    """Digests of conda count as they are after the prefix was put into a file."""
    meta = one.prefix / "conda-meta"
    meta.mkdir()
    os_py = Path(one.paths["stdlib"]) / "os.py"
    now = hashlib.sha256(os_py.read_bytes()).hexdigest()
    paths = [
        {"_path": "lib/python3.12/os.py", "sha256": "0" * 64, "sha256_in_prefix": now},
        {"_path": "bin/python3.12", "sha256": "1" * 64},
        {"_path": "bin/python3", "sha256": "1" * 64, "path_type": "softlink"},
    ]
    (meta / "python-3.12.1-0.json").write_text(json.dumps({"paths_data": {"paths": paths}}))
    (meta / "python-dateutil.json").write_text("{}")
    digests = recorded(one, root=tmp_path)
    assert digests is not None
    assert "conda" == digests.keeper
    assert [(one.executable, "modified")] == list(digests.broken())


def test_record(one: Interpreter, tmp_path: Path) -> None:
    """A wheel's RECORD counts for what it put into the standard library, and for nothing else."""
    info = Path(one.site_packages[0]) / "backport-1.0.dist-info"
    info.mkdir()
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"other").digest()).rstrip(b"=").decode()
    (info / "RECORD").write_text(
        f"../os.py,sha256={digest},5\nsix.py,sha256={digest},5\n../x.py,sha256=é,1\n../y.py,,\n"
    )
    digests = recorded(one, root=tmp_path)
    assert digests is not None
    assert "RECORD" == digests.keeper
    assert [(Path(one.paths["stdlib"]) / "os.py", "modified")] == list(digests.broken())


def test_files(one: Interpreter) -> None:
    """The library's own tests and what was installed beside it are no part of it."""
    stdlib = Path(one.paths["stdlib"])
    (stdlib / "json").mkdir()
    (stdlib / "json" / "decoder.py").write_text("")
    (stdlib / "loop").symlink_to(stdlib)
    assert ["decoder.py", "loop", "os.py"] == [entry.name for entry in files_of(stdlib)]
    assert [] == list(files_of(stdlib / "missing"))
