"""A checkout of nixpkgs, or one revision of it, and where it has what an environment is made of."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from attrs import frozen

from envparity.cache import digest, remove_tree
from envparity.errors import BuilderError, UsageError

PYTHON = "pkgs/development/interpreters/python"
SUPPORT = "pkgs/build-support"
BY_NAME = "pkgs/by-name/ma/makeBinaryWrapper"

#: What is run of a checkout, and where nixpkgs has had it, the newest place first.
FILES: dict[str, tuple[str, ...]] = {
    "lib": ("lib/default.nix",),
    "die": (f"{SUPPORT}/setup-hooks/die.sh",),
    "makeWrapper": (f"{SUPPORT}/setup-hooks/make-wrapper.sh",),
    "makeBinaryWrapper": (
        f"{BY_NAME}/package.nix",
        f"{SUPPORT}/setup-hooks/make-binary-wrapper/default.nix",
    ),
    "buildEnv": (f"{SUPPORT}/buildenv/default.nix",),
    "wrapper": (f"{PYTHON}/wrapper.nix",),
    "wrapPython": (f"{PYTHON}/wrap-python.nix",),
    "sitecustomize": (f"{PYTHON}/sitecustomize.py",),
    "runtimeDeps": (f"{PYTHON}/hooks/python-runtime-deps-check-hook.py",),
}

#: Some states of nixpkgs go without.
OPTIONAL = frozenset({"sitecustomize", "runtimeDeps"})

#: With the checkout's own standard environment nixpkgs finds its files itself.
OWN_FILES: dict[str, tuple[str, ...]] = {"nixpkgs": ("default.nix",)}

#: All that those files may refer to.
FOLDERS = ("lib", f"{SUPPORT}/buildenv", f"{SUPPORT}/setup-hooks", BY_NAME, PYTHON)

#: What `?stdenv=` takes.
SHIM, OWN = "host", "own"

HINT = "nixpkgs:CHECKOUT[@REVISION][?stdenv=own] takes the folder of a checkout of nixpkgs"


@frozen
class Checkout:
    """A folder of the user's, which is only ever read."""

    folder: Path
    commit: str = ""
    """The commit to take instead of the files that lie there."""
    stdenv: str = SHIM

    @classmethod
    def parse(cls, argument: str) -> Checkout:
        """What stands after `nixpkgs:`; UsageError says what is wrong with it."""
        asked = f"nixpkgs:{argument}"
        text, _, option = argument.partition("?")
        place = os.path.expanduser(text)  # noqa: PTH111 - "" is no path
        if option not in {"", f"stdenv={SHIM}", f"stdenv={OWN}"}:
            raise UsageError(f"{asked}: there is no option {option!r}", hint=HINT)
        parts = place.split("@")
        # The whole of it, or else the shortest folder: HEAD@{1} is a revision, too.
        for count in (len(parts), *range(1, len(parts))):
            folder, revision = Path("@".join(parts[:count])), "@".join(parts[count:])
            if parts[0] and folder.is_dir():
                break
        else:
            raise UsageError(f"{asked} names no folder", hint=HINT)
        if count < len(parts) and not revision:
            raise UsageError(f"{asked} names no revision after the @", hint=HINT)
        folder = folder.resolve()
        stdenv = option.partition("=")[2] or SHIM
        found = cls(folder, _commit(folder, revision, asked) if revision else "", stdenv)
        found.check(asked)
        return found

    @classmethod
    def load(cls, text: str) -> Checkout:
        """The checkout that `dump` wrote down."""
        folder, commit, stdenv = json.loads(text)
        return cls(Path(folder), commit, stdenv)

    def dump(self) -> str:
        """The checkout as one word of a command line."""
        return json.dumps([str(self.folder), self.commit, self.stdenv])

    @property
    def places(self) -> tuple[Path, ...]:
        """The folders that are read, also where a checkout has its repository elsewhere."""
        if not self.commit:
            return (self.folder,)
        common = git(self.folder, "rev-parse", "--path-format=absolute", "--git-common-dir")
        return (self.folder, Path(common.strip()))

    def check(self, asked: str) -> None:
        """UsageError for a checkout without the files that are run of it."""
        for name, places in self._wanted.items():
            if name not in OPTIONAL and not any(map(self._has(places), places)):
                raise UsageError(
                    f"{asked} has no {places[-1]}",
                    hint="is it a checkout of nixpkgs, with all of its files?",
                )

    def root(self, home: Path) -> Path:
        """The folder to evaluate: the user's, or what the revision holds, unpacked in *home*."""
        if not self.commit:
            return self.folder
        root = home / "revisions" / f"{self.commit}-{self.stdenv}"
        if not root.exists():
            root.parent.mkdir(exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=root.parent))
            try:
                self._unpack(draft)
                draft.chmod(0o755)
                draft.rename(root)
            except OSError:
                if not root.exists():  # else another worker was faster
                    raise
            finally:
                remove_tree(draft)
        return root

    def files(self, root: Path) -> dict[str, str | None]:
        """Where the checkout at *root* has what is run of it; None for what it goes without."""
        return {
            name: next((str(root / one) for one in places if (root / one).is_file()), None)
            for name, places in self._wanted.items()
        }

    def fingerprint(self) -> str | None:
        """Changes with whatever may decide about an environment.

        None where that may be any of the tens of thousands of files that lie there.
        """
        if self.commit:
            return digest(self.commit, self.stdenv)
        if self.stdenv == OWN:
            return None
        parts: list[object] = []
        for folder in FOLDERS:
            # The interpreters' own folders below that one are nothing but patches.
            depth = "*" if folder == PYTHON else "**/*"
            for path in sorted((self.folder / folder).glob(depth)):
                if path.is_file():
                    parts += (path.relative_to(self.folder), path.read_bytes().hex())
        return digest(*parts)

    @property
    def _wanted(self) -> dict[str, tuple[str, ...]]:
        return OWN_FILES if self.stdenv == OWN else FILES

    def _has(self, places: Sequence[str]) -> Callable[[str], bool]:
        if not self.commit:
            return lambda place: (self.folder / place).is_file()
        listed = git(self.folder, "ls-tree", "--name-only", self.commit, "--", *places)
        return set(listed.splitlines()).__contains__

    def _unpack(self, folder: Path) -> None:
        """Write the revision's files to *folder*; the repository is not touched."""
        listed = git(self.folder, "ls-tree", "--name-only", self.commit, "--", *FOLDERS)
        paths = listed.splitlines() if self.stdenv != OWN else []
        command = _git(self.folder, "archive", "--format=tar", self.commit, "--", *paths)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                _extract(process.stdout, folder)
            except tarfile.TarError:
                words = process.stderr.read().decode(errors="replace").strip()
                raise BuilderError(f"git archive {self.commit[:12]}: {words}") from None


def git(folder: Path, *words: str) -> str:
    """What git prints; BuilderError with what it says when it fails."""
    try:
        ended = subprocess.run(
            _git(folder, *words), capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise BuilderError(f"git: {error.strerror}", hint="`apt install git`") from None
    if ended.returncode:
        raise BuilderError(f"git: {ended.stderr.strip().splitlines()[-1:] or ['failed']}")
    return ended.stdout


def _git(folder: Path, *words: str) -> list[str]:
    # In the sandbox the checkout is another user's. Nothing of it is run, and nothing is fetched.
    safe = ("-c", "safe.directory=*", "-c", "remote.origin.promisor=false")
    return ["git", *safe, "-C", str(folder), *words]


def _commit(folder: Path, revision: str, asked: str) -> str:
    try:
        git(folder, "rev-parse", "--git-dir")
    except BuilderError:
        raise UsageError(
            f"{asked}: {folder} is no git repository", hint="@REVISION is one of its revisions"
        ) from None
    try:
        return git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    except BuilderError:
        raise UsageError(
            f"{asked}: {folder} has no revision {revision!r}",
            hint=f"`git -C {folder} fetch` may bring it",
        ) from None


def _extract(stream: IO[bytes], folder: Path) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        archive.extraction_filter = getattr(tarfile, "tar_filter", None)  # since 3.11.4
        archive.extractall(folder)
