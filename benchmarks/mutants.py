"""Mutation testing of `reference/`: what do its unit tests and the corpus not notice?

    python benchmarks/mutants.py tests [MODULE...]     # every mutant, with the unit tests
    python benchmarks/mutants.py again [MODULE...]     # what survived or is new, with more of them
    python benchmarks/mutants.py corpus [MODULE...]    # what survived, with scenarios
    python benchmarks/mutants.py page                  # docs/mutants.md

The changes are mutmut's (https://mutmut.readthedocs.io), in decorated functions, too. Its runner
starts pytest anew for each mutant; here the tests are collected once, and each mutant is a fork in
which the code of one function is another, and which runs the tests that reach the changed line,
the quickest first. The changed file lies on the disk of that fork as well, for the tests that start
`python -m reference`. What is found is kept in docs/mutants.json; the survivors that cannot be told
from the original are listed in docs/mutants.toml, with the reason.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mutating import (
    MODULES,
    PYTHONS,
    ROOT,
    Mutant,
    mutants_of,
    read_record,
    run_tests,
    write_record,
)

#: The scenarios that judge what is left, on the same interpreters.
SCENARIOS = {
    "wrapping": "wrappers/injected-preamble wrappers/injected-twice",
    "scripts": "scripts/base-shebang-in-a-space-prefix filesystem/too-long-prefix",
    "tree": "packages/same-file-twice packages/native-namespace filesystem/folders-are-folders"
    " contract/collision-of-file-and-folder contract/collision-of-namespaces",
    "build": "packages/record-has-the-digests wrappers/injected-preamble",
    "requirements": "contract/requirement-behind-a-marker contract/tag-of-another-machine",
    "packages": "packages/headers packages/record-has-the-digests scripts/entry-point",
    "rerooting": "identity/sysconfig-variables extensions/recorded-places-exist",
    "base": "identity/empty-environment identity/sysconfig-variables identity/programs-of-python",
    "store": "identity/empty-environment",
    "interpreter": "identity/programs-of-python identity/every-name-agrees",
    "launcher": "identity/executable-names-itself invocation/executable-from-argv0"
    " processes/run-path",
    "__main__": "contract/nothing-after-a-collision identity/empty-environment",
}
#: How a cell ends that notices something; a builder that breaks down is noticed as well.
BAD = ("differs", "refused", "error")
BUILDER = """#!/bin/sh
PYTHONPATH={folder} exec {python} -B -m reference "$@"
"""


def run_corpus(modules: Sequence[str]) -> None:
    """Judge what survived with scenarios: the mutant as a builder of its own."""
    record = read_record()
    alive = {one.key: one for one in record if not one.killed_by and one.module in modules}
    for module in modules:
        for mutant, source in mutants_of(module):
            if mutant.key not in alive:
                continue
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                shutil.copytree(ROOT / "reference", folder / "reference")
                (folder / "reference" / f"{module}.py").write_text(source)
                builder, report = folder / "builder", folder / "report.jsonl"
                builder.write_text(BUILDER.format(folder=folder, python=sys.executable))
                builder.chmod(0o755)
                words = [sys.executable, "-m", "envparity", "run", *SCENARIOS[module].split()]
                words += ["--builder", f"exec:{builder}", "--python", ",".join(PYTHONS)]
                words += ["-n1", "-x", "-q", "--report", str(report)]
                done = subprocess.run(words, capture_output=True, check=False, cwd=ROOT)
                if done.returncode == 1:
                    cells = [json.loads(line) for line in report.read_text().splitlines()]
                    bad = [
                        one
                        for one in cells
                        if one.get("outcome") in ("differs", "refused", "error")
                    ]
                    alive[mutant.key].killed_by = f"{bad[0]['scenario']} in the corpus"
                elif done.returncode:
                    sys.exit(done.stderr.decode())
            print(mutant.line, mutant.after, alive[mutant.key].killed_by, sep="  ", flush=True)
            write_record(record)


PAGE = """# Mutants of the reference

Made by `python benchmarks/mutants.py page` from mutants.json, what was run, and mutants.toml, what
was judged by eye. Each mutant is one change of one expression in a function of `reference/`. The
score is the share of those that a test or a scenario notices, among those that can be noticed.

"""


def _lines(module: str) -> list[str]:
    text = (ROOT / "reference" / f"{module}.py").read_text()
    return [line.strip() for line in text.splitlines()]


def write_page() -> None:
    """Write docs/mutants.md."""
    text = (ROOT / "docs" / "mutants.toml").read_text()
    reasons = {(e["module"], e["after"]): e["reason"] for e in tomllib.loads(text)["equivalent"]}
    rows, lists = [], []
    now = {module: " ".join(_lines(module)) for module in MODULES}
    every = [one for one in read_record() if one.before in now[one.module]]
    for module in [*MODULES, "all"]:
        mutants = [one for one in every if module in (one.module, "all")]
        if not mutants:
            rows.append(f"| {module} | not run | | | | | |")
            continue
        corpus = sum("in the corpus" in one.killed_by for one in mutants)
        tests = sum(bool(one.killed_by) for one in mutants) - corpus
        left = [one for one in mutants if not one.killed_by]
        same = [one for one in left if (one.module, one.after) in reasons]
        alive = [one for one in left if one not in same]
        score = (tests + corpus) / (len(mutants) - len(same) or 1)
        counts = (len(mutants), tests, corpus, len(same), len(alive))
        rows.append(f"| {module} | {' | '.join(map(str, counts))} | {score:.1%} |")
        if module == "all":
            continue
        lists += [f"\n## {module}\n"]
        if alive:
            lists += ["Not noticed:\n", *(f"- {one.function}: `{one.after}`" for one in alive), ""]
        by_reason: dict[str, list[Mutant]] = defaultdict(list)
        for one in same:
            by_reason[reasons[one.module, one.after]].append(one)
        for reason, ones in by_reason.items():
            lists += [
                f"Equivalent: {reason}\n",
                *(f"- {one.function}: `{one.after}`" for one in ones),
                "",
            ]
    head = (
        "| module | mutants | noticed by tests | by the corpus | equivalent | not noticed | score |"
    )
    table = "\n".join([head, "| --- |" + " --- |" * 6, *rows])
    (ROOT / "docs" / "mutants.md").write_text(
        PAGE + table + "\n" + "\n".join(lists).rstrip() + "\n"
    )


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("tests", "again", "corpus", "page"))
    parser.add_argument("modules", nargs="*", choices=[*MODULES, []], default=[])
    parser.add_argument("--tests", nargs="*", default=["tests/reference"], help="only these files")
    options = parser.parse_args()
    modules = options.modules or MODULES
    if options.what in ("tests", "again"):
        run_tests(modules, options.tests, again=options.what == "again")
    elif options.what == "corpus":
        run_corpus(modules)
    else:
        write_page()


if __name__ == "__main__":
    main()
