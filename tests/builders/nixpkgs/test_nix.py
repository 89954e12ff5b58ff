"""What Nix is asked, and what becomes of what it says."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from envparity.builders import Unsupported
from envparity.builders.nixpkgs import nix
from envparity.builders.nixpkgs.nix import KEPT, Nix, telling
from tests.builders.test_adapter import script

FAILED = """\
error: builder for '/cell/store/3xlx08dk7iqjvdgsmihf07qwr4gllpwk-python3-3.12-env.drv' failed;
       last 3 log lines:
       > created 4 symlinks
       > {}
       For full logs, run 'nix log …'.
error: 1 dependencies of derivation '/cell/builder/store/x-y.drv' failed to build
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("warning: something\nnix-build was killed\n", "nix-build was killed"),
        ("error: undefined variable 'x'\n\n       at /n/wrapper.nix:5:11:\n\n     4| y\n",
         "undefined variable 'x' (/n/wrapper.nix:5:11)"),
        # Newer ones begin with what they were at.
        ("error:\n       … while calling 'derivation'\n         at /n/a.nix:1:2:\n"
         "       error: attribute 'y' missing\n       at /n/b.nix:3:4:\n        3| z\n",
         "attribute 'y' missing (/n/b.nix:3:4)"),
        ("error: the checkout has no python27\n", "the checkout has no python27"),
        (FAILED.format("no luck"), "python3-3.12-env: no luck"),
        (FAILED.format(""), "python3-3.12-env: created 4 symlinks"),
        (FAILED.format("pkgs.buildEnv error: two given paths contain a conflicting subpath:\n"
                       "       >   `/a' and\n       >   `/b'\n       > hint: this may be"),
         "python3-3.12-env: pkgs.buildEnv error: two given paths contain a conflicting subpath: "
         "`/a' and `/b'"),
        ("error: Cannot build '/cell/builder/store/3xlx08dk7iqjvdgsmihf07qwr4gllpwk-x-1.drv'.\n"
         "       Reason: builder failed with exit code 1.\n",
         "x-1: it ended without a word"),
        ("error: unable to download 'https://example.org/x': Couldn't resolve host name (6)",
         "it needs the network, which no builder has: https://example.org/x"),
        (FAILED.format("curl: (6) Could not resolve host: example.org"),
         "it needs the network, which no builder has: example.org"),
        (FAILED.format("connect: Network is unreachable"),
         "it needs the network, which no builder has: a download"),
    ],
)  # fmt: skip
def test_the_telling_line(text: str, line: str) -> None:
    """Of what Nix prints, one line says what went wrong, and where."""
    assert telling(text) == line


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (None, r"Nix is not installed here: `apt install nix-bin`"),
        ("nix-build (Nix) 2.3.16", r"nix-build is Nix 2\.3\.16: 2\.8 or newer is needed, `apt"),
        ("nix-build (Nix) 1.11pre", r"nix-build is Nix 1\.11pre: 2\.8 or newer is needed"),
    ],
)
def test_a_nix_that_will_not_do(tmp_path: Path, said: str | None, complaint: str) -> None:
    """Without Nix, or with one that is too old, it is said how to get one."""
    program = str(script(tmp_path / "nix-build", f"echo '{said}'")) if said else ""
    with pytest.raises(Unsupported, match=complaint):
        Nix.found(program, tmp_path)


@pytest.mark.parametrize("version", ["2.8.0", "2.18.1", "3.0pre20260101"])
def test_a_nix_that_will_do(tmp_path: Path, version: str) -> None:
    """Versions are numbers, not words."""
    program = script(tmp_path / "nix-build", f"echo 'nix-build (Nix) {version}'")
    assert Nix.found(str(program), tmp_path) == Nix(str(program), tmp_path)


def fake(tmp_path: Path) -> Nix:
    """A Nix that tells how it was called, in files beside the home that it was given."""
    text = f'env > {tmp_path}/env; echo "$@" > {tmp_path}/words; ln -sf x {tmp_path}/h/roots/n'
    script(tmp_path / "nix-store", f'echo "$@" > {tmp_path}/collected')
    program = script(tmp_path / "nix-build", f"{text}; echo /s/x-env")
    return Nix(str(program), tmp_path / "h")


def test_its_own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nix gets a store below its home, and nothing of the user's configuration."""
    monkeypatch.setenv("NIX_PATH", "nixpkgs=/home/me/nixpkgs")
    made = fake(tmp_path).build(Path("/e.nix"), Path("/r.json"), "n")
    assert made == Path("/s/x-env")
    variables = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines())
    own = {name: value for name, value in variables.items() if name.startswith("NIX_")}
    folders = {f"NIX_{kind}_DIR" for kind in ("STORE", "STATE", "LOG", "CONF")}
    assert all(own.pop(name).startswith(f"{tmp_path}/h/") for name in folders)
    assert (
        own.items()
        >= {
            "NIX_PATH": "",
            "NIX_REMOTE": "local",
            "NIX_USER_CONF_FILES": "",
        }.items()
    )
    configuration = (tmp_path / "h" / "conf" / "nix.conf").read_text().splitlines()
    assert {"substitute = false", "sandbox = false", "build-users-group ="} <= set(configuration)
    assert "--out-link" in (tmp_path / "words").read_text()


def test_the_machines_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a daemon may have from a binary cache is asked of the daemon, where there is one."""
    made = fake(tmp_path)
    monkeypatch.setattr(nix, "SOCKET", tmp_path / "socket")
    made.build(Path("/e.nix"), Path("/r.json"), "n", shared=True)
    assert "NIX_REMOTE=local" in (tmp_path / "env").read_text()
    (tmp_path / "socket").touch()
    made.build(Path("/e.nix"), Path("/r.json"), "n", shared=True)
    said = (tmp_path / "env").read_text()
    assert "NIX_REMOTE=daemon" in said
    assert "NIX_STORE_DIR" not in said
    assert "--no-out-link" in (tmp_path / "words").read_text()


def test_pruning(tmp_path: Path) -> None:
    """Only when much has gathered is what nobody wants any more removed."""
    made = fake(tmp_path)
    roots = made.home / "roots"
    roots.mkdir(parents=True)
    (made.home / "compiled").mkdir()
    made.prune()
    long_ago = time.time() - 3 * 24 * 3600
    for number in range(KEPT):
        (roots / str(number)).symlink_to("nowhere")
        os.utime(roots / str(number), (long_ago, long_ago), follow_symlinks=False)
    made.prune()
    assert not (tmp_path / "collected").exists()
    assert (made.home / "compiled").exists()
    made.build(Path("/e.nix"), Path("/r.json"), "n")
    made.prune()
    assert [path.name for path in roots.iterdir()] == ["n"]
    assert not (made.home / "compiled").exists()
    assert (tmp_path / "collected").read_text() == "--gc --quiet\n"
