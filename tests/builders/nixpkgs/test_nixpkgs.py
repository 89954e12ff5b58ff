"""`nixpkgs:CHECKOUT`, with a real Nix and the miniature of nixpkgs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from envparity import builders
from envparity.builders import Refused, Request, Unsupported
from envparity.errors import BuilderError
from envparity.package import Wheel
from tests.builders.conftest import GREETER, Bench
from tests.builders.nixpkgs.conftest import PYTHON, SUPPORT, BenchOf, Tree

#: A package that requires the greeter.
POLITE = {
    "package.toml": 'requires = ["greeter>=1"]\nconsole-scripts = {polite = "polite:main"}\n',
    "lib/polite.py": "import greeter\ndef main():\n    greeter.main()\n    print('please')\n",
}


def polite(bench: Bench, wanted: str = ">=1") -> Wheel:
    """A wheel of a package that requires a greeter of some versions."""
    files = {**POLITE, "package.toml": POLITE["package.toml"].replace(">=1", wanted)}
    return bench.wheel("polite", files)


def store(cache: Path) -> set[str]:
    """The names, without hashes, of what is in the store of contained runs."""
    found = (cache / "homes" / "nixpkgs-contained" / "store").iterdir()
    return {path.name for path in found if re.match(r"\w{32}-", path.name)}


def test_an_environment(tree: Tree, bench_of: BenchOf) -> None:
    """The checkout's own files make the environment: its wrapped programs and its interpreter."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        made = bench.build(name, bench.greeter, polite(bench))
        assert re.fullmatch(
            r"/cell/builder/store/\w{32}-python.*-env", str(made.environment.prefix)
        )
        assert made.environment.store == made.environment.prefix.parent
        assert made.program("polite") == "hello\nplease"
        assert made.program("greet") == made.program("shout") == "hello"
        facts = "import sys, greeter; print(sys.prefix, sys.base_prefix, sys.executable)"
        prefix = str(made.environment.prefix)
        assert made.says(facts).split() == [prefix, prefix, str(made.environment.python)]
        # The base's own packages are none of the environment's.
        assert made.run(made.environment.python, "-c", "import pip").exit == 1
        wrapper = made.run("/bin/cat", made.environment.scripts / "greet").stdout
        hidden = made.run("/usr/bin/head", "-n1", made.environment.scripts / ".greet-wrapped")
        assert "\x7fELF" in wrapper
        assert re.match(r"#!/cell/builder/store/\w{32}-python[^/]*/bin/python3", hidden.stdout)


def test_the_base_is_a_package(tree: Tree, bench_of: BenchOf) -> None:
    """The interpreter is a copy in the store that names its own prefix and its own library."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        made = bench.build(name)
        said = made.says(
            "import os, sysconfig; print(os.path.realpath(os.__file__)); "
            "print(sysconfig.get_config_var('LIBPL'))\n"
            "print(*{line.split()[-1] for line in open('/proc/self/maps') if 'libpython' in line})"
        )
        assert str(bench.newest.prefix) not in said
        assert said.count("/cell/builder/store/") == (3 if bench.newest.libpython else 2)
        # Bytecode in a store has to be good for the time that Nix gives its sources.
        outcome = made.run(made.environment.python, "-v", "-c", "import json.decoder")
        assert re.search(r"code object from '.*/json/__pycache__/decoder\.", outcome.stderr)
        assert "bytecode is stale" not in outcome.stderr


def test_nothing_else_is_written(tree: Tree, bench_of: BenchOf) -> None:
    """A build touches neither the checkout nor a store of the machine's."""
    name = f"nixpkgs:{tree.folder}@HEAD"
    git = sorted(path for path in (tree.folder / ".git").rglob("*") if "objects" not in str(path))
    there = Path("/nix").exists()
    with bench_of(name) as bench:
        bench.build(name)
    after = [path for path in (tree.folder / ".git").rglob("*") if "objects" not in str(path)]
    assert sorted(after) == git
    assert not tree.git("status", "--porcelain")
    assert Path("/nix").exists() == there


def test_a_patch_and_its_base(tree: Tree, bench_of: BenchOf) -> None:
    """A revision and the files that lie there are two builders of one run."""
    base = tree.git("rev-parse", "--short", "HEAD")
    tree.edit(PYTHON / "wrapper.nix", "permitUserSite ? true", "permitUserSite ? false")
    names = (f"nixpkgs:{tree.folder}@{base}", f"nixpkgs:{tree.folder}")
    code = "import os; print(os.environ.get('PYTHONNOUSERSITE'))"
    with bench_of(*names) as bench:
        assert [bench.build(name).says(code) for name in names] == ["None", "true"]
        described = [bench.plan.descriptions[name] for name in names]
        assert described[0].fingerprint != described[1].fingerprint
        assert re.fullmatch(rf"{base}\w* \(Nix [\d.]+\)", described[0].version)
        assert re.fullmatch(r"24\.05 \(Nix [\d.]+\)", described[1].version)


def test_a_second_run(tree: Tree, bench_of: BenchOf, cache: Path) -> None:
    """After a change to one script a second run makes what depends on it, and nothing else."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        bench.build(name, bench.greeter)
    first = store(cache)
    with bench_of(name) as bench:
        bench.build(name, bench.greeter)
    assert store(cache) == first
    with (tree.folder / PYTHON / "wrap.sh").open("a") as script:
        script.write("# touched\n")
    with bench_of(name) as bench:
        minor = bench.newest.minor
        bench.build(name, bench.greeter)
    new = {one.split("-", 1)[1] for one in store(cache) - first if not one.endswith(".drv")}
    assert new == {
        "wrap-python-hook",
        f"python{minor}-greeter-1.0",
        f"python3-{minor}-env",
    }


def test_what_is_compiled(tree: Tree, bench_of: BenchOf, cache: Path) -> None:
    """Wrappers that differ in their environment alone are compiled once, and differ."""
    name = f"nixpkgs:{tree.folder}"
    kept = cache / "homes" / "nixpkgs-contained" / "compiled"
    tree.edit(PYTHON / "wrapper.nix", "--inherit-argv0", '--inherit-argv0 --set HERE "$out"')
    code = "import os; print(os.environ['HERE'])"
    with bench_of(name) as bench:
        first = bench.build(name)
        there = sorted(kept.iterdir())
        second = bench.build(name, bench.wheel("one", {"lib/one.py": "two = 3\n"}))
        assert sorted(kept.iterdir()) == there
        assert {len(path.name) for path in there} == {32}
        assert first.environment.prefix != second.environment.prefix
        for made in (first, second):
            assert made.says(code) == str(made.environment.prefix)
        # What does not compile is an error, and nothing is kept of it.
        tree.edit(PYTHON / "wrapper.nix", '--set HERE "$out"', "--set HERE '\"'")
    with bench_of(name) as bench, pytest.raises(BuilderError, match=r"-env: .*error: "):
        bench.build(name)
    assert sorted(kept.iterdir()) == there


def test_what_collides(tree: Tree, bench_of: BenchOf) -> None:
    """What buildEnv does not link together is refused, in its own words."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        other = bench.wheel("other", {"lib/greeter.py": "x = 1\n"})
        with pytest.raises(Refused, match=r"-env: error: collision between .*greeter\.py"):
            bench.build(name, bench.greeter, other)


def test_what_is_required(tree: Tree, bench_of: BenchOf) -> None:
    """The checkout's own hook decides about requirements."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        with pytest.raises(Refused, match=r"polite-1\.0: greeter not installed"):
            bench.build(name, polite(bench))
        with pytest.raises(Refused, match=r"greeter>=2 not satisfied by version 1\.0"):
            bench.build(name, bench.greeter, polite(bench, ">=2"))


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (PYTHON / "wrapper.nix", "requiredPythonModules extraLibs;", "requiredPythonModules extra;",
         r"undefined variable 'extra' \(.*/wrapper\.nix:5:\d+\)"),
        (PYTHON / "wrapper.nix", "{ lib, buildEnv,", "{ lib, buildEnv ",
         r"syntax error, .* \(.*/wrapper\.nix:\d+:\d+\)"),
        (SUPPORT / "buildenv/builder.pl", "use strict;", "die 'no luck';", "-env: no luck at"),
        (PYTHON / "wrapper.nix", "postBuild = ''", "postBuild = ''\n    nowhere",
         "-env: .*nowhere: command not found"),
    ],
)  # fmt: skip
def test_a_checkout_that_fails(
    tree: Tree, bench_of: BenchOf, file: Path, old: str, new: str, complaint: str
) -> None:
    """What Nix or a builder says is one line, with the place in the user's own checkout."""
    tree.edit(file, old, new)
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench, pytest.raises(BuilderError, match=complaint) as caught:
        bench.build(name)
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, Refused)


def test_an_argument_that_is_not_there(tree: Tree, bench_of: BenchOf) -> None:
    """What a file of the checkout asks for in vain is named, unless it is never used."""
    tree.edit(SUPPORT / "buildenv/default.nix", "{ stdenvNoCC,", "{ swift, stdenvNoCC,")
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        assert bench.build(name).says("print(1)") == "1"
    tree.edit(SUPPORT / "buildenv/default.nix", "chosen =", "swift = toString swift; chosen =")
    complaint = r"buildenv/default\.nix wants the argument `swift`, which envparity does not supply"
    with bench_of(name) as bench, pytest.raises(BuilderError, match=complaint):
        bench.build(name)


@pytest.mark.parametrize("how", ["while evaluating", "while building"])
def test_the_network(tree: Tree, bench_of: BenchOf, how: str) -> None:
    """A checkout that wants a download is an error which says so, whoever wants it."""
    url = "http://downloads.invalid/x.tar"
    download = f'(builtins.fetchurl "{url}")'
    if how == "while building":
        download = (
            '(derivation { name = "x"; builder = "builtin:fetchurl"; system = "builtin"; '
            f'url = "{url}"; outputHashMode = "flat"; outputHashAlgo = "sha256"; '
            f'outputHash = "{"0" * 52}"; }})'
        )
    tree.edit(PYTHON / "wrapper.nix", "extraLibs;", f"extraLibs ++ [ {download} ];")
    name = f"nixpkgs:{tree.folder}"
    complaint = r"it needs the network, which no builder has: http://downloads\.invalid/x\.tar"
    with bench_of(name) as bench, pytest.raises(BuilderError, match=complaint):
        bench.build(name)


def test_other_prefixes(tree: Tree, bench_of: BenchOf) -> None:
    """A prefix with a space is nothing that a Nix store has, and says so."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        builder = builders.parse(name, bench.plan.data)
        with pytest.raises(Unsupported, match="Nix chooses an environment's path"):
            builder.build(Request(bench.newest, (), shape="space"), bench.workshop)


def test_the_system(tree: Tree, bench_of: BenchOf) -> None:
    """An interpreter that shares its prefix with the system is no package."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        debian = [one for one in bench.plan.found if one.debian_layout]
        if not debian:
            pytest.skip("no Python of Debian here")
        with pytest.raises(Unsupported, match="/usr is not the interpreter's own"):
            bench.build(name, python=debian[0])


def test_where_nothing_is_contained(tree: Tree, bench_of: BenchOf, cache: Path) -> None:
    """Without namespaces the store is another one, below the same cache."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name, namespaces=False) as bench:
        made = bench.build(name, bench.greeter)
        place = cache / "homes" / "nixpkgs-plain" / "store"
        assert made.environment.prefix.parent == place.resolve()
        assert made.says("import greeter; greeter.main()") == "hello"


def test_the_own_interpreter(tree: Tree, bench_of: BenchOf) -> None:
    """With `stdenv=own` the checkout's own package set makes the environment, of its own Python."""
    if shutil.which("unzip", path="/usr/bin:/bin") is None:
        pytest.skip("unzip is not installed")
    name = f"nixpkgs:{tree.folder}?stdenv=own"
    with bench_of(name) as bench:
        version = bench.newest.version
        attribute = "python" + bench.newest.minor.replace(".", "")
        tree.edit("default.nix", "python312 =", f"{attribute} =")
        tree.edit("default.nix", "bin/python3.12", f"bin/python{bench.newest.minor}")
        (tree.folder / "python-version").write_text(version)
        made = bench.build(name, bench.greeter)
        assert bench.plan.descriptions[name].fingerprint is None
        said = made.run(made.environment.python).stdout
        assert re.fullmatch(r"own /cell/builder/store/\w{32}-greeter-1\.0\n", said)


def test_another_interpreter(tree: Tree, bench_of: BenchOf) -> None:
    """With `stdenv=own` a checkout serves the interpreters that it has, and no others."""
    name = f"nixpkgs:{tree.folder}?stdenv=own"
    with bench_of(name) as bench:
        attribute = "python" + bench.newest.minor.replace(".", "")
        tree.edit("default.nix", "python312 =", f"{attribute} =")
        (tree.folder / "python-version").write_text("3.1.4")
        with pytest.raises(Unsupported, match=r"the checkout has Python 3\.1\.4, not 3"):
            bench.build(name)
    tree.edit("default.nix", f"{attribute} =", "python30 =")
    with bench_of(name) as bench, pytest.raises(Unsupported, match=f"has no {attribute}"):
        bench.build(name)


def test_what_a_package_lacks(tree: Tree, bench_of: BenchOf) -> None:
    """Wheels that require each other in a circle are packages nevertheless."""
    name = f"nixpkgs:{tree.folder}"
    (tree.folder / PYTHON / "hooks" / "python-runtime-deps-check-hook.py").unlink()
    with bench_of(name) as bench:
        other = {**GREETER, "package.toml": 'requires = ["polite"]\n' + GREETER["package.toml"]}
        made = bench.build(name, bench.wheel("greeter", other), polite(bench))
        assert made.program("polite") == "hello\nplease"


def test_a_tool_that_is_missing(tree: Tree, bench_of: BenchOf) -> None:
    """A program of the machine that is missing is named, with the package that has it."""
    name = f"nixpkgs:{tree.folder}"
    with bench_of(name) as bench:
        bench.workshop.system_path = (str(tree.folder),)
        with pytest.raises(Unsupported, match="bash is not installed here: `apt install bash`"):
            bench.build(name)
