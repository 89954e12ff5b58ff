"""Several reports as one: the shards of a run, or runs that complement each other.

Only what belongs together is merged. Everything that would make the sum mean something else than
its parts is refused by name: another corpus, another envparity, an interpreter or a builder that
is not the same on both sides, cells that contradict each other, a shard that is missing.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from envparity.errors import ReportError
from envparity.report.jsonl import Report, ReportWriter, outcomes_of, read_report
from envparity.verdict import Verdict

#: Keys of the header in which all parts agree, and what they are called.
_ALIKE = {
    "envparity": "envparity {}",
    "corpus": "the corpus {}",
    "namespaces": "namespaces: {}",
}

#: Keys of the header in which the shards of one run agree as well.
_SAME_PLAN = ("planned", "scenarios")

#: What tells one part of a merged report from another.
_PART = ("started", "machine", "host_python", "user", "shard")


def read_reports(paths: Sequence[Path]) -> Report:
    """The reports at *paths* as one.

    Raises ReportError, with the file and the line, for reports that do not belong together, and
    for each that cannot be read as whole.
    """
    return merge([read_report(path) for path in paths])


def write_report(path: Path, report: Report) -> None:
    """Write *report* to *path*, as a run does; ReportError where there is no room."""
    writer = ReportWriter(path, report.header)
    for verdict in report.verdicts:
        writer.add(verdict)
    writer.finish(len(report.verdicts), complete=True)


def merge(reports: Sequence[Report]) -> Report:
    """*reports* as one; ReportError where they do not belong together."""
    first, *others = reports
    for number, other in enumerate(others, 1):
        _check_alike(first, other)
        for earlier in reports[:number]:
            if _is_copy(earlier, other):
                raise ReportError(f"the same report as {earlier.path}", path=other.path, line=1)
    is_sharded = _check_shards(reports)
    cells: dict[tuple[str, str, str], tuple[Verdict, Report, int]] = {}
    for report in reports:
        for line, verdict in enumerate(report.verdicts, 2):
            known, where, at = cells.setdefault(
                (verdict.scenario, verdict.builder, verdict.python), (verdict, report, line)
            )
            if _told(known) != _told(verdict):
                raise ReportError(
                    f"{verdict.scenario} with {verdict.builder} on {verdict.python} ended "
                    f"in {_outcome(verdict)}, and in {_outcome(known)} at {where.path}:{at}",
                    path=report.path,
                    line=line,
                    hint="runs of one thing that disagree are for `envparity compare`",
                )
    verdicts = tuple(verdict for verdict, _, _ in cells.values())
    planned = first.header.get("planned")
    if is_sharded and planned is not None and len(verdicts) != planned:
        raise ReportError(
            f"{planned} cells were planned, and the shards have {len(verdicts)}",
            path=first.path,
            line=1,
        )
    if not others:
        return first
    header = _header(reports, len(verdicts))
    footer = {
        "kind": "footer",
        "planned": len(verdicts),
        "reported": len(verdicts),
        "outcomes": outcomes_of(verdicts),
    }
    return Report(header, verdicts, footer, path=first.path)


def _told(verdict: Verdict) -> tuple[object, ...]:
    return verdict.outcome, verdict.expected, verdict.digest, verdict.shape


def _outcome(verdict: Verdict) -> str:
    return f"{verdict.outcome} as expected" if verdict.expected else str(verdict.outcome)


def _check_alike(first: Report, other: Report) -> None:
    for key, words in _ALIKE.items():
        theirs, ours = (words.format(one.header.get(key)) for one in (other, first))
        if theirs != ours:
            raise ReportError(f"made with {theirs}", path=other.path, line=1,
                              hint=f"{first.path} was made with {ours}")  # fmt: skip
    for key, name, facts in (
        ("interpreters", "python", ("version", "build", "fingerprint")),
        ("builders", "asked", ("name", "version", "fingerprint")),
    ):
        known = {one[name]: one for one in first.header.get(key, ())}
        for one in other.header.get(key, ()):
            same = known.get(one[name], one)
            for fact in facts:
                if same.get(fact) != one.get(fact):
                    raise ReportError(
                        f"{one[name]} is not the {key[:-1]} that it is in {first.path}: its {fact} "
                        f"is {one.get(fact)}",
                        path=other.path,
                        line=1,
                        hint=f"there it is {same.get(fact)}",
                    )


def _is_copy(one: Report, other: Report) -> bool:
    seconds = [[verdict.seconds for verdict in report.verdicts] for report in (one, other)]
    return seconds[0] == seconds[1] and one == other


def _check_shards(reports: Sequence[Report]) -> bool:
    """Whether *reports* are the shards of one run; ReportError where some of them are."""
    shards = [report.header.get("shard") for report in reports]
    if not any(shards):
        return False
    first = next(report for report, shard in zip(reports, shards, strict=True) if shard)
    parts = first.header["shard"][1]
    seen: dict[int, Report] = {}
    for report, shard in zip(reports, shards, strict=True):
        if not shard or shard[1] != parts:
            what = f"shard {shard[0]}/{shard[1]}" if shard else "no shard"
            raise ReportError(
                f"{what}, and {first.path} is one of {parts}",
                path=report.path,
                line=1,
                hint="merge the shards of one run first",
            )
        if shard[0] in seen:
            raise ReportError(
                f"shard {shard[0]}/{parts}, as {seen[shard[0]].path} is", path=report.path, line=1
            )
        seen[shard[0]] = report
        for what, ours, theirs in _plans(first, report):
            if ours != theirs:
                raise ReportError(
                    f"a shard of another run: its {what} are {theirs}",
                    path=report.path,
                    line=1,
                    hint=f"those of {first.path} are {ours}",
                )
        _check_dealing(first, report)
    if missing := sorted(set(range(1, parts + 1)) - seen.keys()):
        few = ", ".join(f"{part}/{parts}" for part in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise ReportError(f"shard {few}{more} is missing", path=first.path, line=1,
                          hint="give the reports of all shards")  # fmt: skip
    return True


def _check_dealing(first: Report, other: Report) -> None:
    """ReportError where it was not the same that decided who is dealt what."""
    ours, theirs = first.header.get("dealt_by"), other.header.get("dealt_by")
    if ours == theirs:
        return

    def told(by: str | None) -> str:
        return f"dealt by the durations {by}" if by else "dealt without --durations"

    raise ReportError(
        f"a shard {told(theirs)}",
        path=other.path,
        line=1,
        hint=f"{first.path} was {told(ours)}; give all shards the same --durations",
    )


def _plans(one: Report, other: Report) -> list[tuple[str, Any, Any]]:
    """What the shards of one run have in common: its name, and either side's."""
    found = [(f"{key} cells" if key == "planned" else key, one.header.get(key),
              other.header.get(key)) for key in _SAME_PLAN]  # fmt: skip
    for key, name in (("builders", "asked"), ("interpreters", "python")):
        ours, theirs = ([a[name] for a in side.header.get(key, ())] for side in (one, other))
        found.append((key, ours, theirs))
    return found


def _header(reports: Sequence[Report], planned: int) -> Mapping[str, Any]:
    """The header of the whole: what the parts have in common, and what each of them adds."""
    headers = [report.header for report in reports]
    merged = dict(headers[0])
    for key, name in (("interpreters", "python"), ("builders", "asked")):
        merged[key] = list({one[name]: one for header in headers for one in header.get(key, ())}
                           .values())  # fmt: skip
    for key in ("problems", "scenarios"):
        merged[key] = list(dict.fromkeys(one for header in headers for one in header.get(key, ())))
    if not all(header.get("scenarios") for header in headers):
        merged["scenarios"] = []  # one of them had the whole corpus
    lines = [_unsharded(line) for header in headers for line in header.get("commands", ())]
    parts = [
        part
        for header in headers
        for part in header.get("parts") or [{key: header.get(key) for key in _PART}]
    ]
    merged |= {"shard": None, "dealt_by": None, "planned": planned}
    merged["commands"] = list(dict.fromkeys(lines))
    return {**merged, "parts": parts}


def _unsharded(line: str) -> str:
    words = shlex.split(line)
    # What shards were dealt by lies in another place on each machine, and the whole needs it not.
    for option in ("--shard", "--durations") if "--shard" in words else ():
        if option in words:
            at = words.index(option)
            del words[at : at + 2]
    return shlex.join(words)
