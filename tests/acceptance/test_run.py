"""`envparity run`: what a user types, and what comes back."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bugs
from envparity.interpreter import Interpreter
from envparity.report.jsonl import read_report
from tests.acceptance.conftest import (
    CHECKOUT,
    Runner,
    command,
    environment,
    write_builder,
    write_scenario,
)


def test_the_reference_is_at_parity(envparity: Runner, corpus: Path, newest: str) -> None:
    """A builder that gets it right ends with 0, and its report counts every planned cell."""
    ended = envparity("--corpus", str(corpus), "--python", newest, "-n", "2")
    assert (0, {"parity": 2}) == (ended.status, ended.outcomes()), ended.output
    assert ended.footer is not None
    assert 2 == ended.footer["planned"] == ended.footer["reported"]
    assert "2 cells: 2 parity" in ended.output


def test_pytest_itself_runs_the_corpus(
    tmp_path: Path, corpus: Path, cache: Path, newest: str
) -> None:
    """Plain pytest with the plugin collects cells that -k selects by name."""
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "envparity.plugin", "--noconftest", "-v"),
            *(f"--rootdir={tmp_path}", "--config-file=/dev/null", f"--corpus={corpus}"),
            *("--builder=reference", f"--python={newest}", "-k", "greets", str(corpus)),
        ],
        env=environment(cache),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ended.returncode, ended.stdout + ended.stderr
    assert f"scripts/greets[reference-{newest}] PASSED" in ended.stdout
    assert "1 passed, 1 deselected" in ended.stdout


#: The first five bugs of the museum. The others are tried on the newest interpreter, and on all
#: of them with the long profile: HYPOTHESIS_PROFILE=long.
EVERYWHERE = {
    "delete-lines-1-and-3",
    "sitecustomize-prefix",
    "pythonpath-wrapper",
    "pythonhome-wrapper",
    "symlink-farm",
}


@pytest.mark.parametrize("bug", bugs.names())
def test_every_bug_is_caught(envparity: Runner, interpreters: list[Interpreter], bug: str) -> None:
    """A bug of the museum fails its scenario, and the story names origin and rerun."""
    everywhere = bug in EVERYWHERE or os.environ.get("HYPOTHESIS_PROFILE") == "long"
    labels = [one.label for one in (interpreters if everywhere else interpreters[-1:])]
    scenario = bugs.load(bug).caught_by
    ended = envparity(scenario, "--python", ",".join(labels), "-n0", "--builder", f"bug:{bug}")
    outcomes = {cell["python"]: cell["outcome"] for cell in ended.cells}
    assert set(labels) == set(outcomes), ended.output
    caught = set(outcomes.values()) - {"skipped", "unsupported"}
    assert caught, ended.output
    assert caught <= {"differs", "refused"}, ended.output
    assert bug not in EVERYWHERE or {"differs"} == set(outcomes.values()), ended.output
    assert 1 == ended.status, ended.output
    assert "Reported: " in ended.output
    assert f"--builder 'bug:{bug}'" in ended.output or f"--builder bug:{bug}" in ended.output


def test_workers_and_order_do_not_matter(
    envparity: Runner, corpus: Path, interpreters: list[Interpreter]
) -> None:
    """One process, two, eight, and a shuffled order say the same of every cell."""
    pythons = f"{interpreters[0].label},{interpreters[-1].label}"
    runs = [
        envparity(
            *(f"--corpus={corpus}", f"--python={pythons}", *extra),
            *("-b", "reference", "-b", "bug:symlink-farm"),
        )
        for extra in (("-n", "0"), ("-n", "2"), ("-n", "8"), ("-n", "2", "--shuffle", "7"))
    ]  # fmt: skip
    assert [runs[0].verdicts] * 4 == [one.verdicts for one in runs]
    assert {"parity", "differs"} == set(runs[0].outcomes())


def test_without_namespaces_the_true_prefix_is_skipped_by_name(
    envparity: Runner, corpus: Path, newest: str
) -> None:
    """Where the kernel forbids namespaces the run says so, and skips what needs them by name."""
    write_scenario(
        corpus / "identity" / "recorded",
        """
        summary = "The configuration names the prefix"
        origin = ["PEP 739"]
        needs = ["true-prefix"]
        steps = ["$PYTHON -c 'import sysconfig; print(sysconfig.get_config_var(\\"prefix\\"))'"]
        """,
    )
    forbidding = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    ended = envparity(
        f"--corpus={corpus}", f"--python={newest}", "-n", "2",
        around=("unshare", "--user", "--map-root-user", "sh", "-c", forbidding, "sh"),
    )  # fmt: skip
    assert (0, {"parity": 2, "skipped": 1}) == (ended.status, ended.outcomes()), ended.output
    assert not ended.header["namespaces"]
    assert "no namespaces (unshare user" in ended.output
    assert "1 skipped: needs true-prefix" in ended.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_gets_the_same_verdicts(
    envparity: Runner, corpus: Path, tmp_path: Path, interpreters: list[Interpreter]
) -> None:
    """Root and an ordinary user, who may write nowhere else, are told the same."""
    newest = interpreters[-1]
    arguments = (
        *(f"--corpus={corpus}", f"--python={newest.executable}", "-n", "2"),
        *("-b", "reference", "-b", "bug:symlink-farm"),
    )
    mine = envparity(*arguments)
    theirs = envparity(*arguments, around=as_another_user(tmp_path, newest.prefix))
    assert mine.verdicts == theirs.verdicts, theirs.output
    assert "ordinary" == theirs.header["user"]


def as_another_user(tmp_path: Path, prefix: Path) -> list[str]:
    """A command that runs its arguments as user 1234, who may pass every folder up to *prefix*.

    Interpreters often lie below root's own home. In a mount namespace of its own each folder on
    the way that others may not pass is covered by one that they may, with the same entries.
    """
    script = tmp_path / "as-another-user"
    script.write_text(
        f"""#!/bin/bash
set -e
home=$(mktemp -d /tmp/envparity-home.XXXXXX)
trap 'rm -rf "$home"' EXIT
export ENVPARITY_CACHE_DIR=$home/cache ENVPARITY_WORKSPACE_DIR=$home/runs HOME=$home
chown -R 1234:1234 "$home" "{tmp_path}"
pass() {{  # make every folder above and at $1 passable
  local folder=/ part
  while IFS= read -r -d / part; do
    folder=${{folder%/}}/$part
    if [ -d "$folder" ] && [ "$(( 0$(stat -c %a "$folder") & 1 ))" = 0 ]; then
      mkdir -p "$home/keep"; mount --bind "$folder" "$home/keep"
      mount -t tmpfs -o mode=755 tmpfs "$folder"
      for entry in "$home"/keep/* "$home"/keep/.[!.]*; do
        [ -d "$entry" ] || continue
        mkdir "$folder/${{entry##*/}}"; mount --bind "$entry" "$folder/${{entry##*/}}"
      done
      umount "$home/keep"
    fi
  done <<< "${{1#/}}/"
}}
pass "{sys.base_prefix}"
pass "{sys.prefix}"
pass "{prefix}"
pass "{CHECKOUT}"
pass "{tmp_path.parent}"
setpriv --reuid=1234 --regid=1234 --clear-groups "$@"
"""
    )
    return ["unshare", "--mount", "--propagation", "private", "bash", str(script)]


def test_a_killed_run_leaves_nothing_that_the_next_one_trips_over(
    tmp_path: Path, corpus: Path, newest: str
) -> None:
    """After SIGKILL nothing runs or is mounted, and the next run is whole and tidies up."""
    cache = tmp_path / "cache"
    write_scenario(
        corpus / "processes" / "slow",
        """
        summary = "A step takes its time"
        origin = ["PEP 405"]
        steps = ["sleep 3; echo done"]
        """,
    )
    arguments = command("run", f"--corpus={corpus}", f"--python={newest}", "-n", "2")
    mounts = Path("/proc/self/mounts").read_text()
    with subprocess.Popen(
        arguments, env=environment(cache), cwd=tmp_path, stdout=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 60
        while not sandbox_servers(cache) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while sandbox_servers(cache) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [] == sandbox_servers(cache)
    assert mounts == Path("/proc/self/mounts").read_text()
    report = tmp_path / "again.jsonl"
    again = subprocess.run(
        [*arguments, f"--report={report}"],
        env=environment(cache), cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == again.returncode, again.stdout
    assert 3 == len(read_report(report).verdicts)
    assert [] == list((cache / "runs").iterdir()), "the killed run's workspace is still there"


def sandbox_servers(cache: Path) -> list[int]:
    """The processes of runs that use *cache*, by their environment."""
    marker = f"ENVPARITY_CACHE_DIR={cache}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        try:
            variables = (folder / "environ").read_bytes() if folder.name.isdigit() else b""
            if marker in variables and b"_sandbox_server" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def digest_of(root: Path) -> dict[str, tuple[int, ...]]:
    """What lstat(2) says of everything below *root*; a change of any file changes its ctime."""
    found: dict[str, tuple[int, ...]] = {}
    for where, folders, names in os.walk(root):
        for name in [*folders, *names]:
            path = Path(where, name)
            status = path.lstat()
            found[str(path)] = (status.st_mode, status.st_size, status.st_ctime_ns, status.st_ino)
    return found


HOSTILE = """
import subprocess
def vandalise():
    targets = [interpreter["prefix"], os.path.dirname(interpreter["executable"]), {home!r},
               {checkout!r}, {cache!r}, "/etc", "/usr/bin", "/var", "/"]
    for target in targets:
        for name in ("vandal", "python3.12", "sitecustomize.py"):
            try:
                with open(os.path.join(target, name), "w") as file:
                    file.write("vandalised")
            except OSError:
                pass
        for command in (["chmod", "-R", "777", target], ["rm", "-rf", target + "/lib"],
                        ["mount", "-o", "remount,rw", target],
                        ["unshare", "-Urm", "mount", "-o", "remount,rw,bind", target]):
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
vandalise()
os.makedirs(os.path.join(output, "bin"))
name = os.path.basename(interpreter["executable"])
with open(os.path.join(output, "bin", name), "w") as file:
    file.write("#!/bin/sh\\n")
    for target in (interpreter["prefix"], {home!r}, {checkout!r}, {cache!r}):
        file.write("touch '%s/vandal'; rm -rf '%s/lib'\\n" % (target, target))
    file.write("echo vandal\\n")
os.chmod(os.path.join(output, "bin", name), 0o755)
"""


def test_a_hostile_builder_changes_nothing(
    envparity: Runner,
    corpus: Path,
    tmp_path: Path,
    interpreters: list[Interpreter],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Interpreters, HOME and checkout stay as they are, whatever a builder tries to write."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter").write_text("dear diary")
    monkeypatch.setenv("HOME", str(home))
    hostile = HOSTILE.format(home=str(home), checkout=str(CHECKOUT), cache=str(cache))
    builder = write_builder(tmp_path / "hostile", hostile)
    python = interpreters[-1]
    roots = (Path(python.paths["stdlib"]), python.executable.parent, home, CHECKOUT / "envparity")
    before = [digest_of(root) for root in roots]
    asked = (f"--corpus={corpus}", f"--python={python.label}", "--builder", f"exec:{builder}")
    ended = envparity(*asked)
    assert before == [digest_of(root) for root in roots]
    assert {"differs": 2} == ended.outcomes(), ended.output


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("os.kill(os.getpid(), 11)", "killed by signal 11"),
        ("sys.exit('cannot do this')", "exit status 1: cannot do this"),
        ("print('{oops')", "its last line is not"),
        ("print(json.dumps({'prefix': [output]}))", "its last line is not"),
        ("print(json.dumps({'prefix': output, 'home': '/'}))", "its last line has 'home'"),
        ("", "made no environment"),
        ("os.makedirs(output + '/bin')", "is no program"),
        ("print(json.dumps({'prefix': '/usr'}))", "it names a prefix that it cannot own: /usr"),
        ("print(json.dumps({'prefix': output + '/../../../usr'}))", "it cannot own"),
    ],
)
def test_a_builder_that_breaks_is_told_in_one_line(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str, build: str, words: str
) -> None:
    """A crash, rubbish, no environment or a broken one is an error, and never parity."""
    builder = write_builder(tmp_path / "broken", build)
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", "-n0", "-b", f"exec:{builder}")
    assert (1, {"error": 2}) == (ended.status, ended.outcomes()), ended.output
    assert words in ended.output
    assert "Traceback" not in ended.output


def test_what_is_no_text(envparity: Runner, tmp_path: Path, newest: str) -> None:
    """Bytes that are no UTF-8, in a step's output or a builder's words, come back from a worker."""
    corpus = tmp_path / "scenarios"
    text = """
        summary = "A program has bytes that are no text"
        origin = ["PEP 383"]
        steps = ['head -c 300 "$PYTHON"']
    """
    write_scenario(corpus / "identity" / "bytes", text)
    link = 'os.makedirs(output + "/bin"); open(output + "/bin/" + os.path.basename('
    link += 'interpreter["executable"]), "wb").write(b"\\xff\\xfe"); '
    link += 'os.chmod(output + "/bin/" + os.path.basename(interpreter["executable"]), 0o755)'
    differing = write_builder(tmp_path / "differing", link)
    words = r'os.write(2, b"no \xeb\xff"); sys.exit({})'
    refusing = write_builder(tmp_path / "refusing", words.format(3))
    unable = write_builder(tmp_path / "unable", words.format(4))
    names = [word for one in (differing, refusing, unable) for word in ("-b", f"exec:{one}")]
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", "-n", "1", *names)
    assert {"differs": 1, "refused": 1, "unsupported": 1} == ended.outcomes(), ended.output
    assert ended.footer is not None
    assert 3 == ended.footer["planned"] == ended.footer["reported"]
    (difference,) = next(cell["differences"] for cell in ended.cells if cell["differences"])
    assert difference["environment"] == "\udcff\udcfe"


def test_only_exit_3_is_a_refusal_and_only_exit_4_is_unsupported(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str
) -> None:
    """A run in which nothing was served judged nothing: 5, not green."""
    refusing = write_builder(tmp_path / "refusing", "print('no', file=sys.stderr); sys.exit(3)")
    unable = write_builder(tmp_path / "unable", "print('new', file=sys.stderr); sys.exit(4)")
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n0", "-b")
    assert (1, {"refused": 2}) == (
        (ended := envparity(*arguments, f"exec:{refusing}")).status,
        ended.outcomes(),
    )
    assert (5, {"unsupported": 2}) == (
        (ended := envparity(*arguments, f"exec:{unable}")).status,
        ended.outcomes(),
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--builder", "refrence"), "did you mean 'reference'?"),
        (("--builder", "bug:symlinkfarm"), "nearest: symlink-farm"),
        (("--builder", "exec:/nowhere/at/all"), "names no executable program"),
        (("--python", "3.99"), "no interpreter matches '3.99'"),
        (("scripts/greetz",), "nearest: scripts/greets"),
        (("--cache", "/proc/nowhere"), "the cache cannot be written"),
        (("--report", "/nowhere/report"), "the report cannot be written"),
    ],
)
def test_a_command_line_that_cannot_be_served_ends_with_4(
    tmp_path: Path, corpus: Path, cache: Path, arguments: tuple[str, ...], words: str
) -> None:
    """The user is told in one line what is wrong and what would be right."""
    ended = subprocess.run(
        command("run", f"--corpus={corpus}", "-n0", *arguments),
        env=environment(cache), cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 4 == ended.returncode
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert 1 == len(ended.stderr.strip().splitlines())


def test_a_scenario_that_cannot_be_read_leaves_the_others_alone(
    envparity: Runner, corpus: Path, newest: str
) -> None:
    """An unknown key is an error with path and line; the other cells are judged."""
    broken = write_scenario(corpus / "scripts" / "broken", 'summary = "A"\nsumary = "B"')
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", "-n", "2")
    assert (1, {"parity": 2, "error": 1}) == (ended.status, ended.outcomes()), ended.output
    assert f"{broken}/scenario.toml:" in ended.output


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ('["exit 3"]', "step 1 exits with 3 where 0 is declared"),
        ('["true"]', "the scenario prints nothing"),
        ('[{ run = "sleep 30", timeout = 1 }]', "step 1 exceeds its time limit"),
        ('["date +%N"]', None),
    ],
)
def test_a_scenario_that_does_not_hold_in_vanilla_is_an_error(
    envparity: Runner, tmp_path: Path, newest: str, steps: str, words: str | None
) -> None:
    """No builder is blamed for a scenario that vanilla does not pass, or not twice alike."""
    folder = write_scenario(
        tmp_path / "one" / "scripts" / "wrong",
        f'summary = "Something holds everywhere"\norigin = ["PEP 405"]\nsteps = {steps}',
    )
    ended = envparity(f"--corpus={tmp_path / 'one'}", f"--python={newest}", "-n0")
    assert (1, {"error": 1}) == (ended.status, ended.outcomes()), ended.output
    assert (words or "vanilla does not do the same twice") in ended.output
    assert f"{folder}/scenario.toml:" in ended.output


def test_an_interpreter_that_cannot_start_is_left_out_by_name(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run names the interpreter and goes on with the others."""
    folder = tmp_path / "pyenv" / "versions" / "3.5.1" / "bin"
    folder.mkdir(parents=True)
    (folder / "python3.5").write_bytes(b"\x7fELF broken")
    (folder / "python3.5").chmod(0o755)
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "pyenv" / "versions"))
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", "-n0")
    assert (0, {"parity": 2}) == (ended.status, ended.outcomes()), ended.output
    assert "left out:" in ended.output
    assert "python3.5" in json.dumps(ended.header["problems"])


def test_a_full_disk_is_an_error_of_the_cells_it_hits(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str
) -> None:
    """With no room for environments each cell says so in a line, and the run ends with 1."""
    small = tmp_path / "small"
    small.mkdir()
    filling = (
        f'mount -t tmpfs -o size=1400k tmpfs "{small}"'
        f' && ENVPARITY_WORKSPACE_DIR="{small}/runs" exec "$@"'
    )
    ended = envparity(
        f"--corpus={corpus}", f"--python={newest}", "-n0", f"--cache={small}",
        around=("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", filling, "sh"),
    )  # fmt: skip
    assert (1, {"error": 2}) == (ended.status, ended.outcomes()), ended.output
    assert "No space left on device" in ended.output
    assert "Traceback" not in ended.output


def test_a_report_that_cannot_be_finished_is_not_green(
    tmp_path: Path, corpus: Path, newest: str, cache: Path
) -> None:
    """Where the report's disk fills, the run goes on, says so in a line, and ends with 4."""
    report = tmp_path / "report"
    os.mkfifo(report)
    with subprocess.Popen(
        command("run", f"--corpus={corpus}", f"--python={newest}", "-n0", f"--report={report}"),
        env=environment(cache), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as process:  # fmt: skip
        with report.open() as reader:
            assert "header" == json.loads(reader.readline())["kind"]
        output, _ = process.communicate(timeout=120)
    assert 4 == process.returncode, output
    assert f"{report}: the report was cut off: Broken pipe" in output
    assert "2 cells: 2 parity" in output
    assert "Traceback" not in output


def test_a_report_that_fails_at_once_is_not_green(
    tmp_path: Path, corpus: Path, newest: str, cache: Path
) -> None:
    """The report may fail before the first cell is judged, over what needs no judging."""
    family = write_scenario(
        corpus / "identity" / "old",
        """
        summary = "What was, was"
        origin = ["PEP 20"]
        python = "<2"
        case-file = "work/case.py"
        steps = ["$PYTHON case.py"]
        """,
    )
    (family / "cases").mkdir()
    for number in range(50):
        (family / "cases" / f"{number}.py").touch()
    report = tmp_path / "report"
    os.mkfifo(report)
    reader = os.open(report, os.O_RDONLY | os.O_NONBLOCK)
    # 50 lines do not fit: whoever writes them waits until some are read, or nobody reads any more.
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    with subprocess.Popen(
        command("run", f"--corpus={corpus}", f"--python={newest}", "-n0", f"--report={report}"),
        env=environment(cache), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as process:  # fmt: skip
        select.select([reader], [], [], 60)
        os.set_blocking(reader, True)
        while os.read(reader, 1) not in {b"\n", b""}:
            pass
        os.close(reader)
        output, _ = process.communicate(timeout=120)
    assert 4 == process.returncode, output
    assert f"{report}: the report was cut off: Broken pipe" in output
    assert "52 cells: 2 parity, 50 skipped" in output


def test_a_run_that_is_stopped_has_a_report_without_footer(
    tmp_path: Path, corpus: Path, newest: str, cache: Path
) -> None:
    """SIGINT ends the run with 2, and nobody takes what was judged for the whole."""
    write_scenario(
        corpus / "processes" / "slow",
        """
        summary = "A step takes its time"
        origin = ["PEP 405"]
        steps = ["sleep 20; echo done"]
        """,
    )
    report = tmp_path / "cut.jsonl"
    # A shell's background job ignores SIGINT, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command("run", f"--corpus={corpus}", f"--python={newest}", "-n0", f"--report={report}"),
        env=environment(cache), cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 60
        while not sandbox_servers(cache) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert 2 == process.returncode, output
    assert "not the whole run" in output
    assert "footer" not in report.read_text()


def test_a_page_of_the_run(tmp_path: Path, envparity: Runner, corpus: Path, newest: str) -> None:
    """With --html a run leaves a page of its cells; one that cannot be written fails the run."""
    page = tmp_path / "page.html"
    options = ("--corpus", str(corpus), "--python", newest, "-n0")
    ended = envparity(*options, "--html", str(page))
    assert ended.status == 0, ended.output
    assert "in 2 cells: 2 scenarios, 1 builder, 1 interpreter" in page.read_text(encoding="utf-8")
    ended = envparity(*options, "--html", str(tmp_path))
    assert ended.status == 4
    assert f"{tmp_path}: --html cannot be written there" in ended.output
