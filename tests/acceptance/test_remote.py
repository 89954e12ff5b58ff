"""Workers on other machines: here the machine is this one, behind an ssh daemon of the test's."""

from __future__ import annotations

import contextlib
import functools
import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envparity.interpreter import Interpreter
from tests.acceptance.conftest import CHECKOUT, Runner, command, environment, write_scenario
from tests.faults.conftest import until

SSHD = shutil.which("sshd", path=f"/usr/sbin:{os.environ['PATH']}")

pytestmark = [
    pytest.mark.skipif(SSHD is None, reason="needs sshd (Debian: openssh-server)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for whom sshd serves any user"),
]


@pytest.fixture(name="there")
def _there(tmp_path: Path) -> Iterator[Path]:
    """A folder of the other machine's; its Python has the checkout, and a cache of its own."""
    folder = tmp_path / "there"
    folder.mkdir()
    python = folder / "python"
    python.write_text(
        f"#!/bin/sh\nexport PYTHONPATH='{CHECKOUT}' ENVPARITY_CACHE_DIR='{folder}/cache'\n"
        f"export PYTHONDONTWRITEBYTECODE=1 PYENV_ROOT='{os.environ.get('PYENV_ROOT', '')}'\n"
        f"export ENVPARITY_WORKSPACE_DIR='{folder}/runs'\n"
        f"echo $$ >> '{folder}/pids'\n"
        f"exec '{sys.executable}' \"$@\"\n"
    )
    python.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(name="host")
def _host(tmp_path: Path) -> Iterator[str]:
    """How ssh reaches the daemon."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for name in ("host", "user"):
        generate = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name))
        subprocess.run(generate, check=True)
    (keys / "authorized").write_text((keys / "user.pub").read_text())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (keys / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {keys}/host\nPidFile none\n"
        f"AuthorizedKeysFile {keys}/authorized\nStrictModes no\nUsePAM no\n"
        "PermitRootLogin prohibit-password\n"
    )
    (keys / "ssh_config").write_text(
        f"Host there\nHostName 127.0.0.1\nPort {port}\nUser {getpass.getuser()}\n"
        f"IdentityFile {keys}/user\nIdentitiesOnly yes\n"
        "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    assert SSHD is not None
    daemon = subprocess.Popen((SSHD, "-D", "-e", "-f", str(keys / "sshd_config")))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield str(keys / "ssh_config")
    daemon.terminate()
    daemon.wait()


def machine(number: int, host: str, python: Path) -> str:
    """The --tx option of *number* workers behind the daemon of *host*."""
    return f"--tx={number}*ssh=there//ssh_config={host}//python={python}"


def workers(there: Path) -> list[int]:
    """The process ids of all workers that there have been on the other machine."""
    pids = there / "pids"
    return [int(pid) for pid in pids.read_text().split()] if pids.exists() else []


def has_started(there: Path, number: int) -> bool:
    """Whether there have been this many workers on the other machine."""
    return len(workers(there)) == number


def is_asleep() -> bool:
    """Whether a step of the other machine's takes its time."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            if (process / "cmdline").read_bytes() == b"sleep\x0047.25\0":
                return True
    return False


def test_two_workers_elsewhere_say_the_same(
    envparity: Runner, corpus: Path, interpreters: list[Interpreter], host: str, there: Path
) -> None:
    """Two ssh workers give the report of one run here, cell for cell, and leave nothing there."""
    pythons = f"{interpreters[0].label},{interpreters[-1].label}"
    common = (f"--corpus={corpus}", f"--python={pythons}", "-b", "reference", "-b",
              "bug:symlink-farm")  # fmt: skip
    here = envparity(*common, "-n0")
    elsewhere = envparity(*common, machine(2, host, there / "python"))
    assert {"parity", "differs"} == set(here.outcomes()), here.output
    assert here.verdicts == elsewhere.verdicts, elsewhere.output
    assert here.status == elsewhere.status == 1
    assert here.footer == elsewhere.footer
    assert list((there / "cache").glob("outcomes/*.json")), "its own cache was not used"
    assert [] == list((there / "runs").iterdir())


def test_an_unreachable_machine(envparity: Runner, corpus: Path, newest: str) -> None:
    """A host that does not answer is told in one line, with exit status 4."""
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", "--tx=ssh=nobody@127.0.0.1:1")
    assert 4 == ended.status, ended.output
    assert "cannot be reached by ssh" in ended.output
    assert "Traceback" not in ended.output
    assert ended.footer is None


def test_one_of_two_is_unreachable(
    envparity: Runner, corpus: Path, newest: str, host: str, there: Path
) -> None:
    """Where one of the machines does not answer nothing is judged, and no worker stays behind."""
    common = (f"--corpus={corpus}", f"--python={newest}")
    nobody = f"--tx=ssh=nobody//ssh_config={host}"
    ended = envparity(*common, machine(1, host, there / "python"), nobody)
    assert 4 == ended.status, ended.output
    assert 1 == ended.output.count("cannot be reached by ssh"), ended.output
    assert "Traceback" not in ended.output
    assert ([], None) == (list(ended.cells), ended.footer)
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers(there)))


@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_that_is_killed(
    times: int, tmp_path: Path, corpus: Path, newest: str, host: str, there: Path
) -> None:
    """The cell of a worker that is killed is in error, and another one judges the rest.

    A second death is one too many for one worker: what is left is not judged, and the report has
    no footer.
    """
    for name in "ab"[:times]:
        write_scenario(
            corpus / "identity" / f"{name}-takes-long",
            """
            summary = "A step that takes very long"
            origin = ["PEP 405"]
            steps = ["sleep 47.25; echo done"]
            """,
        )
    report = tmp_path / "mortal.jsonl"
    run = subprocess.Popen(
        command(
            "run", "--fresh", f"--report={report}", f"--corpus={corpus}", f"--python={newest}",
            machine(1, host, there / "python"),
        ),
        # Not the cache of all tests, which knows what was dear, and that comes first.
        env=environment(tmp_path / "cache"), cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    for number in range(times):
        assert until(functools.partial(has_started, there, number + 1)), "no worker came"
        assert until(is_asleep), "no step was begun"
        os.kill(workers(there)[-1], signal.SIGKILL)
        assert until(lambda: not is_asleep()), "its step goes on without it"
    said, _ = run.communicate(timeout=120)
    assert 1 == run.returncode, said
    assert 1 == said.count("worker there died: it was killed, or cannot be reached any more\n")
    assert "Traceback" not in said
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    ends = {line["scenario"]: line["outcome"] for line in lines if line["kind"] == "cell"}
    if times == 1:
        assert "footer" == lines[-1]["kind"]
        assert {
            "identity/a-takes-long": "error",
            "identity/prefixes": "parity",
            "scripts/greets": "parity",
        } == ends
    else:
        assert "cut off" == lines[-1]["kind"], said
        assert {"identity/a-takes-long": "error", "identity/b-takes-long": "error"} == ends
        assert "planned 4 cells, judged 2: not the whole run" in said


def test_a_machine_with_another_envparity(
    envparity: Runner, corpus: Path, newest: str, host: str, there: Path
) -> None:
    """A worker that has another envparity judges nothing, and says what to do."""
    other = there / "other"
    shutil.copytree(CHECKOUT / "envparity", other / "envparity")
    for name in ("scenarios", "reference", "bugs", "expectations"):
        (other / name).symlink_to(CHECKOUT / name)
    with (other / "envparity/comparison.py").open("a") as file:
        file.write("# another\n")
    python = there / "python"
    python.write_text(python.read_text().replace(str(CHECKOUT), str(other)))
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", machine(1, host, python))
    assert 0 != ended.status
    # The second, where pytest-xdist was still talking to the worker when it ended.
    told = ("this worker has another envparity", "the same envparity has to be installed there")
    assert any(words in ended.output for words in told), ended.output
    assert [] == list(ended.cells)
    assert ended.footer is None
