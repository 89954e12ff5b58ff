"""From what a user requires to a corpus that `envparity run` can judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import evolve, frozen
from packaging.utils import canonicalize_name

from envparity.cache import Cache, digest
from envparity.errors import UsageError
from envparity.interpreter import discover, paths_named, select
from envparity.plan import Settings, make_plan
from envparity.trying.generation import PROBE, Trial, steady, write_lock
from envparity.trying.resolution import parse, resolve


@frozen
class Prepared:
    """A corpus with one scenario for each distribution, and for whom it was made."""

    corpus: Path
    python: str
    """Labels of interpreters, as `run` selects them."""
    left_out: tuple[str, ...]
    """Shell lines that do not do the same twice in vanilla."""


def prepare(
    texts: Sequence[str], settings: Settings, tell: Callable[[str], None]
) -> Prepared:  # fmt: skip
    """Download what *texts* require and write scenarios for it, into the cache.

    *settings* say with which interpreters, the newest unless they say so. Raises UsageError for
    what is no requirement and PackageUnavailable for what cannot be had. *tell* gets a line now
    and then.
    """
    requirements = parse(texts)
    cache = Cache.at(settings.cache)
    found, _ = discover(paths_named(settings.python), cache_dir=cache.folder)
    chosen = select(settings.python, found)
    if settings.python is None:
        chosen = chosen[-1:]
    labels = ",".join(one.label for one in chosen)
    # Builders are for `run` to describe; a plan without any is quick, and enough for vanilla.
    plan, workspace = make_plan(evolve(settings, builders=(), python=labels))
    try:
        workshop = plan.workshop("trying")
        entries = []
        for interpreter in chosen:
            tell(f"downloading for {interpreter.label}")
            entries += resolve(requirements, interpreter, workshop.index)
        key = digest(PROBE.read_text(), *entries, *sorted(map(str, requirements)))
        corpus = cache.folder / "tries" / key
        lock = write_lock(corpus, entries)
        left_out: list[str] = []
        with workshop.sandbox:
            for requirement in requirements:
                tell(f"vanilla with {requirement.name}")
                name = canonicalize_name(requirement.name)
                wheels = [
                    wheel
                    for one in chosen
                    for wheel in workshop.index.wheels([name], lock, one)
                    if canonicalize_name(wheel.name) == name
                ]
                trial, lines = steady(Trial.of(requirement, wheels), corpus, chosen, workshop)
                if not trial.steps:
                    raise UsageError(f"nothing that {trial.name} does can be compared")
                left_out += lines
    finally:
        workspace.close()
    return Prepared(corpus, labels, tuple(left_out))
