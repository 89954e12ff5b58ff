"""What an environment of 200 wheels costs, beside the other ways to make one.

    python benchmarks/build_environment.py [--python SPEC] [--rounds N] [--count N]
        [--folder DIR] [--wheels DIR] [--nixpkgs DIR] [--skip NAME…]

The wheels are those that wheels.txt pins, downloaded once with pip; the smallest ones that hold
each other's requirements are taken. Every store and cache is this benchmark's own, warm, and on
the file system of the environments (--folder: a disk or a tmpfs), where everything is made in one
temporary folder that is removed at the end. The contenders take turns, each round in the other
direction; times are medians, and removing what was made is not timed. A contender whose tool is
missing, or that fails, is left out and named. `entries` counts all that was made: files, links and
folders. Linking alone is measured on the same packages: the reference's includes the base, nixpkgs'
includes starting Perl and finding collisions, and it links whole folders where it can, as the
reference's `folders` mode and stow do.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from measuring import Contender, find_interpreter, machine, table, take_turns, walk
from platformdirs import user_cache_path
from wheels import download, pinned, smallest, unpack

from envparity.interpreter import Interpreter

#: Where the time of a build in this process goes; what is missing or never called is left out.
PHASES = {
    "ask the interpreter": "reference.interpreter:ask",
    "unpacked wheels, from the store": "reference.packages:load",
    "check requirements": "reference.requirements:check",
    "plan, collisions included": "reference.build:plan",
    "put the tree on disk": "reference.tree:Tree.write",
}
PLAN, WRITE = "plan, collisions included", "put the tree on disk"

#: The seconds of each phase of each round, for a link mode of the reference.
Phases = dict[str, dict[str, list[float]]]


def run(*commands: Sequence[str | Path], environment: dict[str, str]) -> None:
    """Run the commands one after another; a failure is told by its last line."""
    for command in commands:
        words = [str(word) for word in command]
        done = subprocess.run(words, capture_output=True, env=environment, check=False, cwd="/")
        if done.returncode:
            lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
            told = f"{Path(words[0]).name} ended with {done.returncode}"
            raise SystemExit(lines[-1] if lines else told)


def timed_build(python: Path, wheels: Sequence[Path], output: Path, mode: str) -> dict[str, float]:
    """The seconds of one build by the reference and of its phases, in a fresh fork."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def work() -> None:
        spent: dict[str, float] = {}
        for phase, place in PHASES.items():
            measure(place, phase, spent)
        build = importlib.import_module("reference.build").build
        began = time.perf_counter()
        build(python, wheels, output, link_mode=mode)
        sender.send({**spent, "": time.perf_counter() - began})

    process = context.Process(target=work)
    process.start()
    sender.close()
    try:
        spent: dict[str, float] = receiver.recv()
    except EOFError:
        raise SystemExit("the build in this process failed") from None
    finally:
        process.join()
    return spent


def measure(place: str, phase: str, spent: dict[str, float]) -> None:
    """Replace the function at *place* by one that adds its seconds to those of *phase*."""
    module, _, path = place.partition(":")
    *holders, name = path.split(".")
    try:
        holder: Any = importlib.import_module(module)
        for one in holders:
            holder = getattr(holder, one)
        function = getattr(holder, name)
    except (ImportError, AttributeError):
        return

    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[phase] = spent.get(phase, 0.0) + time.perf_counter() - began

    setattr(holder, name, timed)


def link(plan: Sequence[tuple[str, str | None]], output: Path) -> None:
    """A bare loop: the folders and links of *plan*, and nothing else."""
    at = str(output)
    os.mkdir(at)  # noqa: PTH102 - as bare as it gets
    for path, target in plan:
        if target is None:
            os.mkdir(f"{at}/{path}")  # noqa: PTH102
        else:
            os.symlink(target, f"{at}/{path}")  # noqa: PTH211


def planned(environment: Path) -> list[tuple[str, str | None]]:
    """The folders and links of a finished environment, in an order in which they can be made."""
    every = (path for path in walk(environment) if path.is_symlink() or path.is_dir())
    return [
        (str(path.relative_to(environment)), str(path.readlink()) if path.is_symlink() else None)
        for path in every
    ]


def nixpkgs_builder(checkout: Path, trees: Sequence[Path], folder: Path) -> Callable[[Path], None]:
    """The Perl builder of that checkout's buildEnv, over *trees*, with what Nix would tell it."""
    source = checkout / "pkgs" / "build-support" / "buildenv" / "builder.pl"
    program = folder / "builder.pl"
    program.write_text(source.read_text("utf-8").replace("@storeDir@", "/nix/store"), "utf-8")
    packages = [{"paths": [str(tree)], "priority": 5} for tree in trees]
    attributes: dict[str, Any] = {"pathsToLink": ["/"], "extraPrefix": "", "manifest": ""}
    attributes |= {"ignoreCollisions": False, "checkCollisionContents": True}
    words = {"pathsToLink": "/", "extraPrefix": "", "manifest": ""}
    words |= {"ignoreCollisions": "", "checkCollisionContents": "1"}

    def make(output: Path) -> None:
        told = folder / "attributes.json"
        asked = {"outputs": {"out": str(output)}, "chosenOutputs": packages, **attributes}
        told.write_text(json.dumps(asked), "utf-8")
        pkgs = folder / "packages.json"
        pkgs.write_text(json.dumps(packages), "utf-8")
        paths = {"out": str(output), "pkgsPath": str(pkgs), "NIX_ATTRS_JSON_FILE": str(told)}
        run(("perl", "-w", program), environment={**clean_environment(folder), **words, **paths})

    return make


def clean_environment(folder: Path) -> dict[str, str]:
    """No setting of the user's, and every cache in *folder*."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    paths = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return {
        "PATH": os.pathsep.join(paths),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHONPATH": str(Path(importlib.import_module("reference").__path__[0]).parent),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_CACHE_DIR": str(folder / "uv"),
        "UV_NO_CONFIG": "1",
        "UV_OFFLINE": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUALENV_OVERRIDE_APP_DATA": str(folder / "virtualenv"),
    }


def contenders(
    python: Interpreter, wheels: list[Path], folder: Path, nixpkgs: Path | None
) -> tuple[list[Contender], Phases]:
    """All of them, and the phases of the reference's builds, filled as they run."""
    base, environment = python.executable, clean_environment(folder)
    plain = {key: value for key, value in environment.items() if key != "PYTHONPATH"}
    phases: Phases = {"symlink": {}, "folders": {}}
    trees = unpack(wheels, python, folder / "trees")

    def reference(mode: str) -> Callable[[Path], None]:
        words: tuple[str | Path, ...]
        words = (sys.executable, "-m", "reference", "--link-mode", mode, "make", "--python", base)
        return lambda out: run((*words, "--output", out, *wheels), environment=environment)

    def in_process(mode: str) -> Callable[[Path], float]:
        def make(output: Path) -> float:
            spent = timed_build(base, wheels, output, mode)
            for phase in PHASES.keys() & spent.keys():
                phases[mode].setdefault(phase, []).append(spent[phase])
            return spent[""]

        return make

    def uv(output: Path) -> None:
        install = ("uv", "pip", "install", "--quiet", "--python", output / "bin" / "python")
        flags = ("--no-deps", "--no-index", "--link-mode", "hardlink")
        venv = ("uv", "venv", "--quiet", "--python", base, output)
        run(venv, (*install, *flags, *wheels), environment=plain)

    def virtualenv(*flags: str) -> Callable[[Path], None]:
        words = (sys.executable, "-m", "virtualenv", "--quiet", "--no-periodic-update")
        pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-cache-dir")

        def make(output: Path) -> None:
            install: list[str | Path] = [output / "bin" / "python", *pip, *flags, *wheels]
            run((*words, "--python", base, output), install, environment=plain)

        return make

    def stow(output: Path) -> None:
        output.mkdir()
        names = [tree.name for tree in trees]
        run(("stow", "--dir", folder / "trees", "--target", output, *names), environment=plain)

    models: dict[str, Path] = {}

    def model(name: str, make: Callable[[Path], object]) -> Path:
        if name not in models:
            models[name] = folder / f"model-{name}"
            make(models[name])
        return models[name]

    def copy(output: Path) -> None:
        run(("cp", "-al", model("uv", uv), output), environment=plain)

    plans: list[list[tuple[str, str | None]]] = []

    def loop(output: Path) -> float:
        plans[:] = plans or [planned(model("symlink", reference("symlink")))]
        began = time.perf_counter()
        link(plans[0], output)
        return time.perf_counter() - began

    every = [
        Contender("reference, symlink", reference("symlink")),
        Contender("reference, folders", reference("folders")),
        Contender("reference, hardlink", reference("hardlink")),
        Contender("reference, copy", reference("copy")),
        Contender("reference, symlink, in process", in_process("symlink")),
        Contender("reference, folders, in process", in_process("folders")),
        Contender("uv venv + uv pip install, hardlink", uv),
        Contender("virtualenv + pip install", virtualenv(), rounds=3),
        Contender("virtualenv + pip install --no-compile", virtualenv("--no-compile"), rounds=3),
        Contender("cp -al of uv's environment", copy),
        Contender("stow (links alone)", stow),
        Contender("links alone: bare loop in Python", loop),
    ]
    if nixpkgs is not None:
        perl = nixpkgs_builder(nixpkgs, trees, folder)
        every.append(Contender("links alone: nixpkgs' buildEnv", perl))
    for name, tool in (("uv", "uv"), ("cp", "uv"), ("stow", "stow"), ("links alone: nix", "perl")):
        for one in every:
            if one.name.startswith(name) and not shutil.which(tool, path=environment["PATH"]):
                one.failure = f"{tool} is not here"
    return every, phases


def report(every: Sequence[Contender], phases: Phases) -> None:
    """Print the table, where the reference's time goes, and what was left out."""
    at = next((statistics.median(one.seconds) for one in every
               if one.name.startswith("uv") and one.seconds), None)  # fmt: skip

    def row(name: str, seconds: Sequence[float], entries: str = "") -> tuple[str, ...]:
        middle = statistics.median(seconds)
        ratio = f"{middle / at:.2f} ×" if at else ""
        return (name, f"{middle:.3f}", f"{min(seconds):.3f}", ratio, entries, str(len(seconds)))

    head = ("", "median s", "least s", "to uv", "entries", "rounds")
    rows = [row(one.name, one.seconds, str(one.entries)) for one in every if one.seconds]
    for mode, spent in phases.items():
        if inside := spent.get(WRITE):
            rows.append(row(f"links alone: reference, {mode}", inside))
            both = [one + two for one, two in zip(spent.get(PLAN, []), inside, strict=True)]
            rows.append(row("  with its plan", both))
    print(f"\n{table(head, rows)}\n")
    print(f"the reference in process, by phase, in seconds: {', '.join(phases)}")
    for phase in PHASES:
        took = [statistics.median(spent.get(phase, [0.0])) for spent in phases.values()]
        print(f"  {phase:33}{''.join(f'{seconds:8.3f}' for seconds in took)}")
    left_out = [f"  {one.name}: {one.failure}" for one in every if one.failure]
    if left_out:
        print("left out:", *left_out, sep="\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--python", default="3.12", help="as for `envparity run`")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--count", type=int, default=200, help="how many wheels")
    parser.add_argument("--folder", type=Path, default=None, help="where to build")
    parser.add_argument("--wheels", type=Path, default=None, help="where the wheels are kept")
    parser.add_argument("--nixpkgs", type=Path, default=None, help="a checkout of nixpkgs")
    parser.add_argument("--skip", nargs="*", default=[], help="contenders, by a part of the name")
    options = parser.parse_args()
    cache = user_cache_path("envparity-benchmarks")
    python = find_interpreter(options.python, cache)
    pool = download(python.executable, options.wheels or cache / "wheels", pinned())
    wheels = smallest([wheel.resolve() for wheel in pool], options.count, python.version)
    nixpkgs = options.nixpkgs and options.nixpkgs.resolve()
    with tempfile.TemporaryDirectory(prefix="envparity-", dir=options.folder) as temporary:
        folder = Path(temporary).resolve()
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        every, phases = contenders(python, wheels, folder, nixpkgs)
        every = [one for one in every if not any(part in one.name for part in options.skip)]
        take_turns(every, options.rounds, folder)
        files = sum(1 for path in walk(folder / "trees") if not path.is_dir())
        size = sum(wheel.stat().st_size for wheel in wheels) / 1e6
        print(f"wheels       {len(wheels)}, {size:.1f} MB, {files} files")
        print(f"interpreter  {python.implementation} {python.version}; the reference and pip's")
        print(f"             virtualenv run on {platform.python_version()}")
        print(*machine(folder), sep="\n")
    # The first was the warm-up.
    report(every, {
        mode: {phase: seconds[1:] for phase, seconds in spent.items() if seconds[1:]}
        for mode, spent in phases.items()
    })  # fmt: skip


if __name__ == "__main__":
    main()
