"""Nix, with a store of its own below one folder: no daemon, no root, no network, no configuration
of the user's, and nothing in the user's store.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from envparity.builders import Unsupported
from envparity.builders.adapter import needed, run, version_of
from envparity.cache import remove_tree, write_atomically

#: The oldest Nix that this was seen to work with.
OLDEST = (2, 8)

#: The store of a Nix that is installed with a daemon, and how one talks to it.
STORE = Path("/nix/store")
SOCKET = Path("/nix/var/nix/daemon-socket/socket")

#: Environments that are kept when nobody asked for them in the last day.
KEPT = 2000
A_DAY = 24 * 60 * 60.0

CONFIGURATION = """\
sandbox = false
substitute = false
substituters =
build-users-group =
log-lines = 25
fsync-metadata = false
download-attempts = 1
max-jobs = 2
"""

#: How a tool says that it wanted something from the network.
_NETWORK = re.compile(
    r"unable to download '([^']+)'"
    r"|[Cc]ould(?:n't| not) resolve host(?:name)?:? *'?([^'\s]+)"
    r"|Network is unreachable()|Temporary failure in name resolution()"
)
_FAILED = re.compile(r"(?:builder for|Cannot build) '[^']*/\w{32}-([^']+)\.drv'")
_LOGGED = re.compile(r"^\s*> ?(.*)$")
_ERROR = re.compile(r"^\s*error: *(\S.*)$")
_AT = re.compile(r"^\s*at (\S+?:\d+(?::\d+)?):?\s*$")


@frozen
class Nix:
    """The program `nix-build`, and the folder that its store is in."""

    program: str
    home: Path

    @classmethod
    def found(cls, program: str, home: Path) -> Nix:
        """Nix as it was found; Unsupported says how to get one that is good enough."""
        remedy = "`apt install nix-bin`, or https://nixos.org/download"
        version = version_of(needed(program, "Nix", remedy))
        number = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
        if number < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise Unsupported(f"{program} is Nix {version}: {oldest} or newer is needed, {remedy}")
        return cls(program, home)

    def build(self, expression: Path, request: Path, name: str, *, shared: bool = False) -> Path:
        """The store path that *expression* makes of the file *request*, kept as *name*.

        With *shared* the machine's daemon and store are used if there are any: only they have what
        the binary caches serve. Nothing keeps what is built there from being collected.

        Raises BuilderError with the one line of Nix's that tells what went wrong.
        """
        if shared and SOCKET.exists():
            remote = {"NIX_REMOTE": "daemon", "NIX_PATH": ""}
            words = (self.program, expression, "--argstr", "request", request, "--no-out-link")
            return Path(run(*words, environment=remote, gist=telling).split()[-1])
        root = self.home / "roots" / name
        root.parent.mkdir(parents=True, exist_ok=True)
        printed = run(
            *(self.program, str(expression), "--argstr", "request", str(request)),
            *("--no-build-output", "--out-link", root),
            environment=self._variables(),
            gist=telling,
        )
        # `prune` looks at when a root was last asked for.
        os.utime(root, follow_symlinks=False)
        return Path(printed.split()[-1])

    def prune(self) -> None:
        """Remove what was not asked for in the last day, if much has gathered."""
        roots = list((self.home / "roots").glob("*"))
        old = [path for path in roots if path.lstat().st_mtime < time.time() - A_DAY]
        if len(roots) > KEPT and old:
            for path in old:
                path.unlink(missing_ok=True)
            remove_tree(self.home / "compiled")
            collect = Path(self.program).with_name("nix-store")
            run(collect, "--gc", "--quiet", environment=self._variables())

    def _variables(self) -> Mapping[str, str]:
        configuration = self.home / "conf" / "nix.conf"
        configuration.parent.mkdir(parents=True, exist_ok=True)
        if not configuration.exists():
            write_atomically(configuration, CONFIGURATION)
        return {
            "NIX_STORE_DIR": str(self.home / "store"),
            "NIX_STATE_DIR": str(self.home / "state"),
            "NIX_LOG_DIR": str(self.home / "log"),
            "NIX_CONF_DIR": str(configuration.parent),
            "NIX_USER_CONF_FILES": "",
            "NIX_REMOTE": "local",
            "NIX_PATH": "",
        }


def telling(text: str) -> str:
    """The line of Nix's output that says what went wrong, and where."""
    lines = text.splitlines()
    if network := _NETWORK.search(text):
        what = next(filter(None, network.groups()), "a download")
        return f"it needs the network, which no builder has: {what}"
    if failed := _FAILED.search(text):
        log = [found[1].strip() for line in lines if (found := _LOGGED.match(line))]
        return f"{failed[1]}: {_of_log(log)}"
    errors = [
        (number, found[1]) for number, line in enumerate(lines) if (found := _ERROR.match(line))
    ]
    if not errors:
        return lines[-1].strip() if lines else ""
    number, message = errors[-1]
    places = [found[1] for line in lines[number:] if (found := _AT.match(line))]
    return f"{message} ({places[0]})" if places else message


def _of_log(log: list[str]) -> str:
    """The telling lines of a build's log: its error and what belongs to it, or the last line."""
    log = [line for line in log if line] or ["it ended without a word"]
    for number, line in enumerate(log):
        if "error:" in line.lower():
            return " ".join(log[number : number + 3])
    return log[-1]
