"""What a hand-written tox matrix takes for ten scenarios, and what `envparity run` does.

    python benchmarks/tox_matrix.py [--python 3.9,3.12] [--rounds N] [--builder B]

The tox project is what one writes by hand: an environment per interpreter with the packages of the
scenarios installed by pip, a venv made by its Python, into which pip installs the same packages
again since a venv of a venv does not see them, and a program that runs the steps of the ten
scenarios in both. It fails where a step does not end with the declared exit status, and says where
the two print different things; nobody compares with Python itself.

It is written in two ways. Plain, as the manuals of tox and venv have it: `tox run`, and a venv with
a pip of its own. Tuned: `tox run-parallel` with as many environments at work as there are cores,
and a venv without pip, into which the tox environment's pip installs.

`envparity run` judges the same scenarios on the same interpreters: it makes an environment for each
scenario with --builder, gets what vanilla does with the packages installed, runs the steps and
compares. It makes no venv on top, but a vanilla, and it has a sandbox for each cell.

Cold: tox has no .tox folder and envparity no cache. pip's own cache is the user's. The wheels of
the packages are made beforehand for tox; envparity makes them in its time. Repeated: the same
command again. tox then keeps its environments and runs every step; envparity runs none, since
nothing has changed. Judged again: envparity with --fresh, which recalls no verdict, beside tox once
more.
Older interpreters are left out, since current virtualenvs seed none before 3.9.
Wall times, medians of the rounds, in which the two take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measuring import find_interpreter, machine, table
from running import ROOT, envparity, timed

from envparity.corpus import Corpus
from envparity.interpreter import Interpreter
from envparity.package import build_wheel
from envparity.scenario import Scenario

#: Scenarios whose steps need no more than a shell, and whose packages can stand in one environment.
SCENARIOS = (
    "identity/sysconfig-paths",
    "identity/version-and-build",
    "identity/start-up-modules",
    "invocation/arguments-unchanged",
    "isolation/isolated-flag",
    "processes/child-by-sys-executable",
    "processes/spawn-flags",
    "scripts/call-oneself-by-argv0",
    "scripts/entry-point",
    "scripts/shell-program",
)

#: The checks of the tox project, as somebody would write them.
CHECK = """
import json, os, shutil, subprocess, sys, tempfile

prefixes, failed = sys.argv[2:], False
with open(sys.argv[1]) as file:
    scenarios = json.load(file)
version = "%d.%d" % sys.version_info[:2]
for name, scenario in sorted(scenarios.items()):
    said = []
    for prefix in prefixes:
        base = tempfile.mkdtemp()
        work = os.path.join(base, "work")
        if scenario["work"]:
            shutil.copytree(scenario["work"], work, symlinks=True)
        else:
            os.mkdir(work)
        folder = os.path.join(prefix, "bin")
        names = {"PREFIX": prefix, "PYTHON": os.path.join(folder, "python"), "BIN": folder,
                 "XY": version, "HOME": base, "LC_ALL": "C.UTF-8"}
        names["PATH"] = os.pathsep.join([folder, "/usr/bin", "/bin"])
        for line, status in scenario["steps"]:
            ended = subprocess.Popen(["sh", "-c", line], cwd=work, env=names, text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = ended.communicate()
            said.append((out.replace(prefix, "{prefix}"), err.replace(prefix, "{prefix}")))
            if ended.returncode != status:
                failed = True
                print("%s: %s ended with %s in %s" % (name, line, ended.returncode, prefix))
                print(err)
        shutil.rmtree(base)
    half = len(said) // 2
    print("%s: %s" % (name, "alike" if said[:half] == said[half:] else "the venv says otherwise"))
sys.exit(failed)
"""

TOX = """
[tox]
no_package = true
env_list = {names}

[testenv]
deps = {wheels}
allowlist_externals = {{env_tmp_dir}}/venv/bin/python
commands_pre =
    {venv}
commands = python {check} {scenarios} {{env_dir}} {{env_tmp_dir}}/venv
{pythons}
"""

#: How a venv on top is made and filled.
VENVS = {
    "plain": """python -m venv --clear {{env_tmp_dir}}/venv
    {{env_tmp_dir}}/venv/bin/python -m pip install --quiet --no-index --no-deps {installed}""",
    "tuned": """python -m venv --clear --without-pip {{env_tmp_dir}}/venv
    python -m pip --python {{env_tmp_dir}}/venv install --quiet --no-index --no-deps {installed}""",
}


def make_project(
    folder: Path, scenarios: Sequence[Scenario], pythons: Sequence[Interpreter], style: str
) -> Path:
    """Write the tox project of *scenarios* on *pythons* into *folder*; its tox.ini."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    made: dict[str, str] = {}
    for scenario in scenarios:
        for package in scenario.packages:
            # One for all: the packages of these scenarios have nothing compiled.
            wheel = build_wheel(package, interpreter=pythons[0], destination=wheels)
            if wheel.path.name.rpartition("-")[2] != "any.whl" or wheel.name in made:
                raise SystemExit(f"{scenario.id} cannot share an environment: {wheel.path.name}")
            made[wheel.name] = str(wheel.path)
    listed = {
        one.id: {
            "work": str(one.path / "work") if (one.path / "work").is_dir() else None,
            "steps": [[step.run, step.exit] for step in one.steps],
        }
        for one in scenarios
    }
    check, names = folder / "check.py", folder / "scenarios.json"
    check.write_text(CHECK, encoding="utf-8")
    names.write_text(json.dumps(listed), encoding="utf-8")
    environments = [f"parity{number}" for number in range(len(pythons))]
    (folder / "tox.ini").write_text(
        TOX.format(
            names=", ".join(environments),
            wheels="\n    ".join(["", *sorted(made.values())]),
            venv=VENVS[style].format(installed=" ".join(sorted(made.values()))),
            check=check,
            scenarios=names,
            pythons="\n".join(
                f"[testenv:{name}]\nbase_python = {one.executable}"
                for name, one in zip(environments, pythons, strict=True)
            ),
        ),
        encoding="utf-8",
    )
    return folder / "tox.ini"


def main() -> None:
    """Let both take turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--python", default="3.9,3.10,3.11,3.12,3.13")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--builder", default="reference")
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        pythons = [find_interpreter(one, base / "known") for one in options.python.split(",")]
        labels = ",".join(one.label for one in pythons)
        scenarios = Corpus.read(ROOT / "scenarios", SCENARIOS).scenarios
        usual = ("--builder", options.builder, "--python", labels, "-n", str(cores), *SCENARIOS)
        for number in range(options.rounds):
            ours = base / f"envparity{number}"
            ours.mkdir()
            theirs = {style: base / f"{style}{number}" for style in VENVS}
            commands = {"plain": ["run"], "tuned": ["run-parallel", "--parallel", str(cores)]}
            for style, folder in theirs.items():
                ini = make_project(folder, scenarios, pythons, style)
                commands[style] = [sys.executable, "-m", "tox", *commands[style], "-c", str(ini)]
            for what, fresh in (("cold", ()), ("repeated", ()), ("judged again", ("--fresh",))):
                for style, folder in theirs.items():
                    wall, _ = timed(commands[style], os.environ, folder=folder)
                    seconds.setdefault(f"{style}, {what}", []).append(wall)
                run = envparity(ours, *usual, *fresh)
                if len(run.report.verdicts) != len(SCENARIOS) * len(pythons):
                    raise SystemExit(f"{len(run.report.verdicts)} cells came back")
                seconds.setdefault(f"envparity, {what}", []).append(run.wall)
            shutil.rmtree(ours)
            for folder in theirs.values():
                shutil.rmtree(folder)
    rows = []
    for what in ("cold", "repeated", "judged again"):
        own = statistics.median(seconds[f"envparity, {what}"])
        row = [what, f"{own:.2f} s"]
        for style in VENVS:
            wall = statistics.median(seconds[f"{style}, {what}"])
            row += [f"{wall:.2f} s", f"{wall / own:.1f} ×"]
        rows.append(row)
    print("\n".join(machine(Path(tempfile.gettempdir()))))
    print(f"interpreters {labels}; scenarios {len(SCENARIOS)}; rounds {options.rounds}\n")
    head = ("", f"envparity, {options.builder}", "tox, plain", "faster", "tox, tuned", "faster")
    print(table(head, rows))


if __name__ == "__main__":
    main()
