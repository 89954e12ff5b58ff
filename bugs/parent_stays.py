"""bin/python is a wrapper that starts the interpreter as its child and waits for it.

The exit status is passed on with care, and a signal is not: who stops the process that was started
stops the wrapper, and the program lives on with nobody to hear of it
(https://github.com/gqmelo/exec-wrappers/issues/14, a wrapper around conda's python;
https://github.com/jetify-com/devbox/pull/934).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "starts the interpreter as a child in place of becoming it"
CAUGHT_BY = "processes/signal-reaches-python"

STATEMENTS = """
    int status;
    pid_t child = fork();
    if (child > 0) {
        waitpid(child, &status, 0);
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that wait for them."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
