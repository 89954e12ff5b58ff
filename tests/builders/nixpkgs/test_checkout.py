"""What stands after `nixpkgs:`, and what is read of a checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from envparity.builders.nixpkgs.checkout import FILES, FOLDERS, OPTIONAL, OWN, SHIM, Checkout, git
from envparity.errors import BuilderError, UsageError
from tests.builders.nixpkgs.conftest import PYTHON, Tree


def refusal(argument: str) -> str:
    """What is said of a `nixpkgs:ARGUMENT` that names no checkout."""
    with pytest.raises(UsageError) as caught:
        Checkout.parse(argument)
    assert caught.value.hint
    return caught.value.message


def test_a_folder(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is taken as it lies there; shells leave a ~ behind the colon as it is."""
    checkout = Checkout.parse(str(tree.folder))
    assert checkout == Checkout(tree.folder)
    monkeypatch.setenv("HOME", str(tree.folder.parent))
    assert Checkout.parse(f"~/{tree.folder.name}") == checkout
    assert checkout.places == (tree.folder,)
    assert checkout.root(tree.folder / "home") == tree.folder
    assert Checkout.load(checkout.dump()) == checkout


@pytest.mark.parametrize("folder", ["a@b", "c@HEAD"])
def test_a_folder_with_an_at(tree: Tree, folder: str) -> None:
    """An @ in the name of a folder is part of it; only what follows the folder is a revision."""
    moved = tree.folder.rename(tree.folder.with_name(folder))
    assert Checkout.parse(str(moved)) == Checkout(moved)
    commit = subprocess.check_output(("git", "-C", moved, "rev-parse", "HEAD"), text=True).strip()
    assert Checkout.parse(f"{moved}@HEAD") == Checkout(moved, commit)


@pytest.mark.parametrize("revision", ["HEAD~1", "HEAD@{1}", "main", "main@{0}~1", "a/b"])
def test_revisions(tree: Tree, revision: str) -> None:
    """Whatever git takes for a revision is one."""
    first = tree.git("rev-parse", "HEAD")
    tree.git("branch", "--move", "main")
    tree.git("branch", "a/b")
    tree.edit("lib/.version", "24", "25")
    second = tree.commit()
    wanted = second if revision == "main" else first
    assert Checkout.parse(f"{tree.folder}@{revision}") == Checkout(tree.folder, wanted)


@pytest.mark.parametrize("option", ["host", "own"])
def test_options(tree: Tree, option: str) -> None:
    """What the environment is made with is the last thing of all."""
    commit = tree.git("rev-parse", "HEAD")
    assert Checkout.parse(f"{tree.folder}@HEAD?stdenv={option}") == Checkout(
        tree.folder, commit, option
    )


def test_what_is_wrong(tree: Tree, tmp_path: Path) -> None:
    """Each wrong word is one line that names it."""
    folder = tree.folder
    assert refusal("") == "nixpkgs: names no folder"
    assert refusal("/no/where") == "nixpkgs:/no/where names no folder"
    assert refusal(f"{folder}?std") == f"nixpkgs:{folder}?std: there is no option 'std'"
    assert refusal(f"{folder}@") == f"nixpkgs:{folder}@ names no revision after the @"
    assert refusal(f"{folder}@main~9").endswith(f": {folder} has no revision 'main~9'")
    assert refusal(f"{folder}@--all").endswith(f": {folder} has no revision '--all'")
    (tmp_path / "plain").mkdir()
    assert refusal(f"{tmp_path}/plain@HEAD").endswith("/plain is no git repository")
    assert refusal(f"{tmp_path}/plain?stdenv=own").endswith("?stdenv=own has no default.nix")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_checkout_without_a_file(tree: Tree, name: str) -> None:
    """A file that is missing is named, in the folder as in a revision of it."""
    for place in FILES[name]:
        (tree.folder / place).unlink(missing_ok=True)
    tree.commit()
    for argument in (str(tree.folder), f"{tree.folder}@HEAD"):
        if name in OPTIONAL:
            checkout = Checkout.parse(argument)
            assert checkout.files(tree.folder)[name] is None
        else:
            assert refusal(argument) == f"nixpkgs:{argument} has no {FILES[name][-1]}"


def test_a_revision(tree: Tree, tmp_path: Path) -> None:
    """What a revision holds is unpacked once, and what is not needed of it stays where it is."""
    tree.edit(PYTHON / "wrapper.nix", "permitUserSite ? true", "permitUserSite ? false")
    checkout = Checkout.parse(f"{tree.folder}@HEAD")
    root = checkout.root(tmp_path)
    assert "permitUserSite ? true" in (root / PYTHON / "wrapper.nix").read_text()
    assert sorted(path.name for path in root.iterdir()) == ["lib", "pkgs"]
    assert set(filter(None, checkout.files(root).values())) == {
        str(root / path) for paths in FILES.values() for path in paths if (root / path).is_file()
    }
    (root / "lib" / "mark").touch()
    assert checkout.root(tmp_path) == root
    assert (root / "lib" / "mark").exists()
    assert [path.name for path in root.parent.iterdir()] == [root.name]
    whole = Checkout.parse(f"{tree.folder}@HEAD?stdenv={OWN}").root(tmp_path)
    assert (whole / "default.nix").is_file()


def test_two_at_once(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another worker was faster, what it unpacked is taken, and the draft goes."""
    checkout = Checkout.parse(f"{tree.folder}@HEAD")
    unpack = Checkout._unpack

    def overtaken(self: Checkout, folder: Path) -> None:
        unpack(self, folder)
        unpack(self, folder.with_name(f"{checkout.commit}-{SHIM}"))

    monkeypatch.setattr(Checkout, "_unpack", overtaken)
    root = checkout.root(tmp_path)
    assert (root / "lib" / "default.nix").is_file()
    assert [path.name for path in root.parent.iterdir()] == [root.name]


def test_no_room(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept is an error, and not taken for what another worker did."""

    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="No space left"):
        Checkout.parse(f"{tree.folder}@HEAD").root(tmp_path)
    assert not list((tmp_path / "revisions").iterdir())


def test_a_working_tree_of_another_repository(tree: Tree, tmp_path: Path) -> None:
    """Where a working tree has its repository elsewhere, that is read as well."""
    tree.git("worktree", "add", "--quiet", str(tmp_path / "other"))
    checkout = Checkout.parse(f"{tmp_path / 'other'}@HEAD")
    assert checkout.places == (tmp_path / "other", tree.folder / ".git")


def test_a_repository_that_is_broken(tree: Tree, tmp_path: Path) -> None:
    """A revision of which something is missing is one line, and nothing half stays."""
    checkout = Checkout.parse(f"{tree.folder}@HEAD")
    blob = tree.git("rev-parse", f"HEAD:{PYTHON}/wrapper.nix")
    (tree.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(BuilderError, match=f"git archive {checkout.commit[:12]}: .*{blob}"):
        checkout.root(tmp_path)
    assert not list((tmp_path / "revisions").iterdir())


def test_the_fingerprint(tree: Tree) -> None:
    """It changes with every file that an environment may be made of, and with no other."""
    seen = {Checkout(tree.folder).fingerprint()}
    (tree.folder / "default.nix").write_text("{ }")
    (tree.folder / PYTHON / "cpython").mkdir()
    (tree.folder / PYTHON / "cpython" / "some.patch").write_text("x")
    assert Checkout(tree.folder).fingerprint() in seen
    for number, folder in enumerate(FOLDERS, 2):
        (tree.folder / folder).mkdir(parents=True, exist_ok=True)
        (tree.folder / folder / "new.nix").write_text("{ }")
        seen.add(Checkout(tree.folder).fingerprint())
        assert len(seen) == number
    commits = {Checkout(tree.folder, one, two).fingerprint() for one in "ab" for two in (SHIM, OWN)}
    assert len(commits) == 4
    assert None not in commits
    assert Checkout(tree.folder, "", OWN).fingerprint() is None


def test_no_git(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git there are no revisions, and it is said where to get one."""
    monkeypatch.setenv("PATH", str(tree.folder))
    with pytest.raises(BuilderError, match=r"git: No such file .*apt install git"):
        git(tree.folder, "status")
