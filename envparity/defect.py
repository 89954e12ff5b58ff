"""The defects that were reported, and which scenarios would notice each: docs/coverage.md.

`docs/defects.toml` lists them; what stands there of one is either the scenarios that differ where
a builder has the defect, or why it cannot be observed here. The other way round, a scenario that no
bug of the museum and no real builder was seen to fail stands there with the reason why it is kept.
The page is generated from both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from attrs import frozen

from envparity.document import Document, nearest
from envparity.errors import CorpusError
from envparity.report.terminal import link

_KEYS = ("id", "title", "reported", "scenarios", "because")

HEAD = """\
# Coverage: reported defects and the scenarios that notice them

Generated from [defects.toml](defects.toml) by `envparity lint --write`; `envparity lint` complains
when it is stale.

"""


@frozen
class Defect:
    """One defect of a builder, as it was reported."""

    id: str
    title: str
    reported: tuple[str, ...]
    scenarios: tuple[str, ...]
    """Those that differ where a builder has it; empty when it cannot be observed here."""
    because: str
    """Why it cannot be observed here."""


@frozen
class Register:
    """What defects.toml says."""

    defects: tuple[Defect, ...]
    unfailed: Mapping[str, str]
    """Scenarios that nothing was seen to fail, each with the reason why it is kept."""


def read_register(
    file: Path, scenarios: Collection[str], unfailed: Collection[str] | None = None
) -> tuple[Register, list[CorpusError]]:
    """What *file* says, and all that is wrong with it.

    *scenarios* are all there are, *unfailed* those that nothing was seen to fail; None where that
    is not known.
    """
    try:
        document = Document.read(file)
    except CorpusError as error:
        return Register((), {}), [error]
    document.check_keys(("defect", "unfailed"))
    register = Register(_defects(document, scenarios), _unfailed(document, scenarios, unfailed))
    missing = [
        CorpusError(
            f"no builder was seen to fail `{name}`",
            path=file,
            hint="a bug that it notices is missing, or an [[unfailed]] that says why it is kept",
        )
        for name in sorted(set(unfailed or ()) - {*register.unfailed})
    ]
    return register, document.errors + missing


def _defects(document: Document, scenarios: Collection[str]) -> tuple[Defect, ...]:
    found: dict[str, Defect] = {}
    for index in range(len(document.get(list, [], "defect"))):
        place = ("defect", index)
        document.check_keys(_KEYS, *place)
        defect = Defect(
            id=document.get(str, "", *place, "id"),
            title=document.get(str, "", *place, "title"),
            reported=document.strings(*place, "reported"),
            scenarios=document.strings(*place, "scenarios"),
            because=document.get(str, "", *place, "because"),
        )
        for key in ("id", "title", "reported"):
            if not getattr(defect, key):
                document.complain(f"`{key}` is missing", *place)
        if bool(defect.scenarios) is bool(defect.because):
            hint = "the scenarios that notice it, or why it cannot be observed"
            document.complain("either `scenarios` or `because`", *place, hint=hint)
        for number, name in enumerate(defect.scenarios):
            if name not in scenarios:
                message = f"no scenario is called `{name}`"
                hint = nearest(name, scenarios)
                document.complain(message, *place, "scenarios", number, hint=hint)
        if defect.id in found:
            document.complain(f"a second defect {defect.id}", *place, "id")
        found[defect.id] = defect
    return tuple(found.values())


def _unfailed(
    document: Document, scenarios: Collection[str], unfailed: Collection[str] | None
) -> dict[str, str]:
    found: dict[str, str] = {}
    for index in range(len(document.get(list, [], "unfailed"))):
        place = ("unfailed", index)
        document.check_keys(("scenario", "because"), *place)
        name = document.get(str, "", *place, "scenario")
        because = document.get(str, "", *place, "because")
        if not because:
            document.complain("`because` is missing", *place)
        if name not in scenarios:
            hint = nearest(name, scenarios)
            document.complain(f"no scenario is called `{name}`", *place, "scenario", hint=hint)
        elif unfailed is not None and name not in unfailed:
            message, hint = f"`{name}` was seen to fail", "the records say with which builder"
            document.complain(message, *place, "scenario", hint=hint)
        if name in found:
            document.complain(f"a second reason for `{name}`", *place, "scenario")
        found[name] = because
    return found


def coverage_page(register: Register) -> str:
    """docs/coverage.md, in Markdown."""
    defects = register.defects
    covered = [one for one in defects if one.scenarios]
    used = {name for one in covered for name in one.scenarios}
    hidden = len(defects) - len(covered)
    lines = [
        f"{len(defects)} defects were reported. {len(covered)} are noticed by {len(used)}"
        f" scenarios;\n{hidden} cannot be observed here, for the reason given.",
        "",
        "| | defect | reported | scenarios |",
        "| --- | --- | --- | --- |",
    ]
    for one in defects:
        reported = ", ".join(linked(reference) for reference in one.reported)
        noticed = ", ".join(f"`{name}`" for name in one.scenarios) or f"*none:* {one.because}"
        cells = (one.id, one.title, reported, noticed)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    if register.unfailed:
        lines += [
            "",
            f"## Scenarios that no builder was seen to fail: {len(register.unfailed)}",
            "",
            "Neither a bug of the museum ([kill-matrix.md](kill-matrix.md)) nor a real builder.",
            "",
            "| scenario | why it is kept |",
            "| --- | --- |",
        ]
        lines += [f"| `{name}` | {why} |" for name, why in sorted(register.unfailed.items())]
    return HEAD + "\n".join(lines) + "\n"


def linked(reference: str) -> str:
    """*reference* in Markdown, with a link where it has an address."""
    address = link(reference)
    name = reference.removeprefix("https://").removeprefix("github.com/")
    return f"[{name}]({address})" if address.startswith("https://") else name


def check_coverage(
    docs: Path,
    scenarios: Collection[str],
    unfailed: Collection[str] | None = None,
    *,
    write: bool,
) -> list[CorpusError]:
    """All that is wrong with *docs*/defects.toml and the page; *write* makes the page anew.

    *unfailed* are the scenarios that nothing was seen to fail; None where that is not known.
    """
    file, page = docs / "defects.toml", docs / "coverage.md"
    if not file.is_file():
        return []
    register, errors = read_register(file, scenarios, unfailed)
    if errors:
        return errors
    text = coverage_page(register)
    if write:
        page.write_text(text, encoding="utf-8")
    elif not page.is_file() or page.read_text(encoding="utf-8") != text:
        hint = "`envparity lint --write` makes it anew"
        return [CorpusError("not what defects.toml says", path=page, hint=hint)]
    return []
