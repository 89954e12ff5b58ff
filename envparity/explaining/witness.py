"""The witness: what it finds in the sandbox when the explained step has ended.

It is started there by the harness's own Python, with one JSON object as its argument::

    {"trace": FOLDER or null, "commands": [[WORD, ...]], "environ": {...}, "cwd": "/cell/work",
     "probe": TEXT, "site": "/…/site-packages", "prefix": "/…", "installed": [PATH, ...] or null}

and prints one::

    {"traced": true, "processes": [...], "installed": {PATH: {...}}}

Where strace has left no trace, *commands* are looked up on PATH instead. It reads files and starts
each Python of the step again with probes; it needs the standard library alone.
"""

from __future__ import annotations

import csv
import glob
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from envparity.explaining.trace import Exec, Process, children, processes

#: Bytes of a program's head in which the kernel looks for a shebang (since Linux 5.1:
#: BINPRM_BUF_SIZE, but for one).
HEAD = 255
#: Bytes of a script or an installed file that are compared as text.
TEXT = 1 << 16
#: Shebangs that lead to scripts, one after the other, before the kernel gives up.
DEPTH = 5
#: Processes that are looked at.
LIMIT = 24
#: Seconds that a probe has.
PATIENCE = 20.0
#: Variables that a shell sets for itself.
SHELLS_OWN = {"_", "PWD", "OLDPWD", "SHLVL"}

#: Options of Python that take an argument, in the same word or the next.
_WITH_VALUE = "WXQ"

Facts = dict[str, Any]


def look(message: Mapping[str, Any]) -> Facts:
    """Everything that *message* asks for."""
    files = _trace_files(message["trace"])
    tree = processes(files, message["cwd"]) if files else list(_looked_up(message))
    message = {**message, "traced": bool(files)}
    return {
        "traced": bool(files),
        "processes": [_described(one, message) for one in tree[:LIMIT]],
        "installed": _installed(message),
    }


def _trace_files(folder: str | None) -> dict[int, str]:
    if folder is None:
        return {}
    found = {}
    for path in glob.glob(f"{folder}/strace.*"):
        with open(path, encoding="ascii", errors="replace") as file:
            found[int(path.rpartition(".")[2])] = file.read()
    return found


def _looked_up(message: Mapping[str, Any]) -> Iterator[Process]:
    """The step's commands as PATH has them."""
    environ = dict(message["environ"])
    for words in message["commands"]:
        path = shutil.which(words[0], path=environ["PATH"])
        if path is not None:
            path = os.path.join(message["cwd"], path)
            yield Process([Exec(path, list(words), environ, message["cwd"])])


def _described(process: Process, message: Mapping[str, Any], depth: int = 0) -> Facts:
    images = [image for one in process.execs for image in _images(one)]
    last = images[-1]
    first, final = process.execs[0], process.execs[-1]
    error = next((one.error for one in process.execs if one.error), "")
    found = os.path.lexists(first.path)
    facts: Facts = {
        "images": [image["path"] for image in images],
        "argv0": last["argv"][0] if last["argv"] else "",
        "error": error if found else "",
        "shebang": "(none)" if error and found else "(no script)",
        "variables": _changed(final.environ, message["environ"]),
        "command": first.path if found else f"{first.path} (no such file)",
        "python": False,
    }
    script = next((image for image in reversed(images) if image["line"]), None)
    through = not message["traced"] and not _is_python(last["path"]) and _is_named(first.path)
    if through:
        # A wrapper, probably: nobody saw what it executes, so that the probes go through it.
        last = {"path": first.path, "argv": first.argv, "line": ""}
    if (through or _is_python(last["path"])) and not final.error:
        options, kind, rest = split_options(last["argv"][1:])
        facts.update(python=True, runs=kind)
        if kind == "script":
            path = os.path.join(final.cwd, rest[0])
            script = {"path": path, "line": _line(_head(path))}
        else:
            # What has a shebang here is a wrapper, and no script that is run.
            script = None
        facts["bare"], _ = _probe(last, final, [*options, "-S"], message["probe"])
        if through:
            facts.update(_behind(facts, message["environ"]))
        facts["full"], facts["verbose"] = _probe(last, final, [*options, "-v"], message["probe"])
        facts["pyvenv.cfg"] = _configuration(last["path"], facts["bare"])
        facts["pth"] = _pth(facts["full"])
        facts["customize"] = _texts(
            path for key, path in facts["full"].items() if key.endswith("customize")
        )
    if script is not None:
        facts["script"] = script["path"]
        facts["shebang"] = script["line"] or "(none)"
        facts["text"] = _read(script["path"]).partition("\n")[2]
    below = children(process)[:LIMIT] if depth < 3 else []
    facts["children"] = [_described(one, message, depth + 1) for one in below]
    return facts


def _behind(facts: Facts, given: Mapping[str, str]) -> Facts:
    """What a wrapper does, as the Python behind it knows it."""
    bare = facts["bare"]
    environ = {
        key.removeprefix("environ "): value
        for key, value in bare.items()
        if key.startswith("environ ")
    }
    return {
        "images": [*facts["images"], bare.get("/proc/self/exe", "?")],
        "argv0": bare.get("argv[0]", "?"),
        "variables": _changed(environ, given) if environ else {},
    }


def _images(one: Exec) -> Iterator[Facts]:
    """What the kernel makes of an execve: scripts, and at last what their shebang leads to."""
    path, argv = one.path, one.argv
    for _ in range(DEPTH):
        line = _line(_head(path))
        yield {"path": path, "argv": argv, "line": line}
        if not line:
            return
        interpreter, _, argument = line[2:].strip(" \t").partition(" ")
        if not interpreter:
            return
        extra = [argument.strip()] if argument.strip() else []
        argv = [interpreter, *extra, path, *argv[1:]]
        path = os.path.join(one.cwd, interpreter)
        if one.error and not os.path.exists(path):
            yield {"path": path, "argv": argv, "line": ""}
            return


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _line(head: bytes) -> str:
    """The shebang in a program's *head*, or nothing."""
    return os.fsdecode(head.partition(b"\n")[0].rstrip()) if head.startswith(b"#!") else ""


def _is_python(path: str) -> bool:
    return _is_named(path) and _head(path).startswith(b"\x7fELF")


def _is_named(path: str) -> bool:
    names = (os.path.basename(path), os.path.basename(os.path.realpath(path)))
    return any("python" in name for name in names)


def _changed(environ: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The variables of *environ* that the step was not *given*, or not with this value."""
    return {
        name: environ.get(name, "(not set)")
        for name in sorted({*environ, *given} - SHELLS_OWN)
        if environ.get(name) != given.get(name)
    }


def split_options(words: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """Python's own options, what it runs (`-c`, `-m`, `script` or `standard input`), the rest."""
    options: list[str] = []
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word.startswith("--"):
            options.append(word)
            if word == "--check-hash-based-pycs" and rest:
                options.append(rest.pop(0))
            continue
        for place, letter in enumerate(word[1:], 1):
            if letter in "cm":
                options += [word[:place]] if place > 1 else []
                return options, f"-{letter}", rest
            if letter in _WITH_VALUE:
                options.append(word)
                if place == len(word) - 1 and rest:
                    options.append(rest.pop(0))
                break
        else:
            options.append(word)
    return options, "script" if rest and rest[0] != "-" else "standard input", rest


def _probe(
    image: Facts, final: Exec, options: Sequence[str], probe: str
) -> tuple[dict[str, str], list[str]]:
    """The facts of a Python started as *image* was, and what `-v` said of .pth files."""
    name = image["argv"][0] if image["argv"] else ""
    # -i would wait for somebody, and -x would skip the probe's first line.
    kept = [one for one in options if one not in {"-i", "-x"}]
    try:
        done = subprocess.run(
            [name, *kept, "-c", probe], executable=image["path"], env=final.environ,
            cwd=final.cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"(not started)": str(error)}, []
    said = os.fsdecode(done.stderr).splitlines()
    if done.returncode != 0:
        return {"(failed)": said[-1] if said else f"exit status {done.returncode}"}, []
    pairs = (line.partition("=") for line in os.fsdecode(done.stdout).splitlines())
    return {key: value for key, _, value in pairs}, [
        line.strip() for line in said if ".pth" in line and line.startswith("Processing")
    ]


def _configuration(path: str, bare: Mapping[str, str]) -> dict[str, str]:
    """The pyvenv.cfg files that CPython looks for: beside the program, and above it."""
    programs = dict.fromkeys([path, bare.get("sys.executable", "")])
    folders = [os.path.dirname(one) for one in programs if one]
    places = [
        os.path.join(folder, "pyvenv.cfg")
        for one in folders
        for folder in (one, os.path.dirname(one))
    ]
    return _texts(places)


def _pth(full: Mapping[str, str]) -> dict[str, str]:
    """The .pth files of the folders that site reads."""
    folders = [value for key, value in full.items() if key.startswith("site-packages[")]
    if full.get("ENABLE_USER_SITE") == "True":
        folders.append(full.get("USER_SITE", ""))
    return _texts(
        path for folder in folders for path in sorted(glob.glob(glob.escape(folder) + "/*.pth"))
    )


def _texts(paths: Iterator[str] | Sequence[str]) -> dict[str, str]:
    return {path: _read(path) for path in paths if path and os.path.exists(path)}


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(TEXT).decode("utf-8", "surrogateescape")
    except OSError as error:
        return f"(unreadable: {error.strerror})"


def _installed(message: Mapping[str, Any]) -> dict[str, Facts]:
    """The files of the installed packages; *installed* has their names, or RECORD does."""
    site, prefix = message["site"], message["prefix"]
    names = message["installed"]
    if names is None:
        names = []
        for record in sorted(glob.glob(f"{glob.escape(site)}/*.dist-info/RECORD")):
            with open(record, encoding="utf-8", newline="") as rows:
                names += [row[0] for row in csv.reader(rows) if row]
    return {name: _file(os.path.normpath(os.path.join(site, name)), prefix) for name in names}


def _file(path: str, prefix: str) -> Facts:
    if not os.path.exists(path):
        kind = "a link to nowhere" if os.path.islink(path) else "missing"
        return {"path": path, "kind": kind}
    kind = "executable" if os.access(path, os.X_OK) else "file"
    if os.path.islink(path):
        kind += ", a link"
    above = os.path.dirname(path)
    while above.startswith(prefix + "/"):
        if os.path.islink(above):
            kind += ", in a linked folder"
            break
        above = os.path.dirname(above)
    return {"path": path, "kind": kind, "text": _read(path)}


def main() -> None:
    """Answer the message on the command line."""
    print(json.dumps(look(json.loads(sys.argv[1]))))
