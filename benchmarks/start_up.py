"""What the launcher of a reference environment adds to the start of an interpreter.

    python benchmarks/start_up.py [--linked SPEC] [--static SPEC] [--rounds N] [--counts N]

Three kinds of launcher, each of an environment with no packages: one linked with the libpython of
its base, one linked from the archive of a static base, and one that executes it. Beside them, on
the same base, what distributions use: a bash script with `exec -a "$0"`, and a dynamically linked
C program that sets argv[0] and calls execv, as nixpkgs' makeBinaryWrapper writes them. All take
turns, each round in the other direction; times are of posix_spawn to exit. Instructions
are those in user space: medians of a few runs under callgrind, and to them added what comes before
an exec, which callgrind forgets and steps.c counts one by one. -I ignores PYTHONHASHSEED, so its
totals vary by a thousandth; what comes before an exec does not, and has a column of its own.
Without -S a base reads its own site-packages, an environment none.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuring import find_interpreter, machine, table
from platformdirs import user_cache_path

from envparity.interpreter import Interpreter

STEPS = Path(__file__).with_name("steps.c")

COMMANDS: tuple[tuple[str, ...], ...] = (("-I", "-S", "-c", "pass"), ("-c", "pass"))

BASH = '#!{bash}\nexec -a "$0" {base} "$@"\n'
C = """
#include <unistd.h>
int main(int argc, char **argv)
{
    (void) argc;
    argv[0] = "%s";
    return execv("%s", argv);
}
"""


@dataclass
class Starter:
    """A program that starts an interpreter; *executes* if another one does the work."""

    name: str
    program: Path
    executes: bool
    seconds: dict[Sequence[str], list[float]] = field(default_factory=dict)
    instructions: dict[Sequence[str], list[int]] = field(default_factory=dict)
    before_exec: int = 0


def build(base: Path, output: Path, *, executing: bool) -> Path:
    """Make a reference environment and return its interpreter; *executing* forces that kind.

    Raises SystemExit where the reference has another shape than this knows how to force.
    """
    module: Any = importlib.import_module("reference.interpreter")
    ask = module.ask

    def without_library(*asked: Any) -> Any:
        return dataclasses.replace(ask(*asked), libpython=None, archive=None)

    if executing:
        module.ask = without_library
    try:
        importlib.import_module("reference.build").build(base, [], output)
    except TypeError as error:
        raise SystemExit(f"the reference cannot be made to execute its base: {error}") from None
    finally:
        module.ask = ask
    program = next(path for path in (output / "bin").iterdir() if path.name == base.name)
    image = output_of(program, "-c", "import os; print(os.readlink('/proc/self/exe'))")
    if (Path(image) == program) is executing:
        raise SystemExit(f"{program.name} should {'' if executing else 'not '}execute its base")
    return program


def output_of(program: Path, *arguments: str) -> str:
    """What the program prints."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def starters(base: Path, program: Path, *, executing: bool) -> tuple[list[Starter], list[str]]:
    """The bare interpreter, the launcher and the wrappers beside it, and what had to be left out.

    Every wrapper lies in the environment's bin, so that it starts that environment.
    """
    kind = "executes" if executing else "linked"
    every = [
        Starter("bare interpreter", base, executes=False),
        Starter(f"reference, {kind}", program, executes=executing),
    ]
    left_out = []
    if bash := shutil.which("bash"):
        wrapper = program.with_name("by-bash")
        wrapper.write_text(BASH.format(bash=bash, base=base), "utf-8")
        wrapper.chmod(0o755)
        every.append(Starter("bash wrapper", wrapper, executes=True))
    else:
        left_out.append("bash wrapper: bash is not here")
    if compiler := shutil.which("cc") or shutil.which("gcc"):
        wrapper = program.with_name("by-c")
        source = C % (wrapper, base)
        command = [compiler, "-Os", "-x", "c", "-", "-o", str(wrapper)]
        subprocess.run(command, input=source, text=True, check=True)
        every.append(Starter("dynamic C wrapper", wrapper, executes=True))
    else:
        left_out.append("dynamic C wrapper: no C compiler is here")
    prefixes = {output_of(one.program, "-c", "import sys; print(sys.prefix)") for one in every[1:]}
    if prefixes != {str(program.parent.parent)}:
        raise SystemExit(f"not everything starts the environment: {sorted(prefixes)}")
    return every, left_out


def start(program: Path, arguments: Sequence[str], environment: dict[str, str]) -> float:
    """The seconds from posix_spawn to the end."""
    words = [str(program), *arguments]
    began = time.perf_counter()
    _, status = os.waitpid(os.posix_spawn(program, words, environment), 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"{program.name} failed")
    return seconds


def count(program: Path, arguments: Sequence[str], environment: dict[str, str]) -> int:
    """The instructions of one start in user space; where it executes another program, of that."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "-q", "--tool=callgrind", "--trace-children=yes"]
        command += [f"--callgrind-out-file={folder}/out.%p", str(program), *arguments]
        subprocess.run(command, env=environment, capture_output=True, check=True)
        lines = "\n".join(path.read_text("utf-8") for path in Path(folder).iterdir())
    return sum(int(line.split()[1]) for line in lines.splitlines() if line.startswith("totals:"))


def count_all(every: Sequence[Starter], counts: int, environment: dict[str, str]) -> str:
    """Count the instructions of all; returns what is missing for that, if anything."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not shutil.which("valgrind") or not compiler:
        return "instructions: valgrind or a C compiler is not here"
    with tempfile.TemporaryDirectory() as folder:
        steps = Path(folder, "steps")
        subprocess.run([compiler, "-O2", "-o", steps, STEPS], check=True)
        for one in every:
            command = [str(steps), str(one.program), *COMMANDS[0]]
            if one.executes:
                done = subprocess.run(command, env=environment, capture_output=True, check=False)
                if done.returncode:
                    return "instructions: ptrace is not allowed here"
                one.before_exec = int(done.stdout)
    for _ in range(counts):
        for one in every:
            for words in COMMANDS:
                total = one.before_exec + count(one.program, words, environment)
                one.instructions.setdefault(words, []).append(total)
    return ""


def report(base: Interpreter, every: Sequence[Starter]) -> None:
    """Print the tables of one base."""
    for arguments in COMMANDS:
        bare = every[0]
        middle = statistics.median(bare.seconds[arguments])
        rows = []
        for one in every:
            seconds = one.seconds[arguments]
            row = [one.name, f"{1000 * statistics.median(seconds):.2f}"]
            row += [f"{1000 * min(seconds):.2f}", f"{statistics.median(seconds) / middle:.3f} ×"]
            row.append(f"{min(seconds) / min(bare.seconds[arguments]):.3f} ×")
            if counts := one.instructions.get(arguments):
                instructions = statistics.median(counts)
                ratio = instructions / statistics.median(bare.instructions[arguments])
                before = f"{one.before_exec / 1e6:.3f}" if one.executes else ""
                row += [f"{instructions / 1e6:.3f}", f"{ratio:.4f} ×", before]
            else:
                row += ["", "", ""]
            rows.append(row)
        head = ["", "median ms", "least ms", "median ×", "least ×"]
        head += ["M instr.", "instr. ×", "M before exec"]
        print(f"\npython {' '.join(arguments)}, CPython {base.label}")
        print(table(head, rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--linked", default="3.12", help="a base with a shared libpython")
    parser.add_argument("--static", default="/usr/bin/python3", help="a static base")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--counts", type=int, default=5, help="runs that are counted")
    parser.add_argument("--folder", type=Path, default=None, help="where to build")
    options = parser.parse_args()
    cache = user_cache_path("envparity-benchmarks")
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/"}
    environment["PYTHONHASHSEED"] = "0"  # or counts differ from start to start; -I ignores it
    measured: list[tuple[Interpreter, list[Starter]]] = []
    left_out: list[str] = []
    with tempfile.TemporaryDirectory(prefix="envparity-", dir=options.folder) as temporary:
        folder = Path(temporary).resolve()
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        kinds = ((options.linked, False), (options.static, False), (options.static, True))
        for number, (spec, executing) in enumerate(kinds):
            try:
                base = find_interpreter(spec, cache)
                output = folder / f"environment-{number}"
                program = build(base.executable, output, executing=executing)
                every, missing = starters(base.executable, program, executing=executing)
            except (SystemExit, ValueError, AttributeError, ImportError) as error:
                left_out.append(f"{spec}: {error}")
                continue
            measured.append((base, every))
            left_out += missing
        runs = [(one, words) for _, every in measured for one in every for words in COMMANDS]
        for turn in range(options.rounds + 2):
            for one, words in runs if turn % 2 else reversed(runs):
                seconds = start(one.program, words, environment)
                if turn >= 2:  # the first two warm up
                    one.seconds.setdefault(words, []).append(seconds)
        programs = [one for _, every in measured for one in every]
        if missing_tool := count_all(programs, options.counts, environment):
            left_out.append(missing_tool)
        print(f"rounds       {options.rounds}, counted {options.counts}")
        print(f"measured by  Python {platform.python_version()}")
        print(*machine(folder), sep="\n")
    for base, every in measured:
        report(base, every)
    if left_out:
        print("\nleft out:", *(f"  {one}" for one in left_out), sep="\n")
    if not measured:
        sys.exit(1)


if __name__ == "__main__":
    main()
