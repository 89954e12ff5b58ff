"""The defects that were reported, and which scenarios would notice each: docs/coverage.md.

`docs/defects.toml` lists them; what stands there of one is either the scenarios that differ where
a builder has the defect, or why it cannot be observed here. The page is generated from it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


def read_defects(file: Path, scenarios: Collection[str]) -> tuple[list[Defect], list[CorpusError]]:
    """The defects of *file*, and all that is wrong with it; *scenarios* are all there are."""
    try:
        document = Document.read(file)
    except CorpusError as error:
        return [], [error]
    document.check_keys(("defect",))
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
    return list(found.values()), document.errors


def coverage_page(defects: Sequence[Defect]) -> str:
    """docs/coverage.md, in Markdown."""
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
    return HEAD + "\n".join(lines) + "\n"


def linked(reference: str) -> str:
    """*reference* in Markdown, with a link where it has an address."""
    address = link(reference)
    name = reference.removeprefix("https://").removeprefix("github.com/")
    return f"[{name}]({address})" if address.startswith("https://") else name


def check_coverage(docs: Path, scenarios: Collection[str], *, write: bool) -> list[CorpusError]:
    """All that is wrong with *docs*/defects.toml and the page; *write* makes the page anew."""
    file, page = docs / "defects.toml", docs / "coverage.md"
    if not file.is_file():
        return []
    defects, errors = read_defects(file, scenarios)
    if errors:
        return errors
    text = coverage_page(defects)
    if write:
        page.write_text(text, encoding="utf-8")
    elif not page.is_file() or page.read_text(encoding="utf-8") != text:
        hint = "`envparity lint --write` makes it anew"
        return [CorpusError("not what defects.toml says", path=page, hint=hint)]
    return []
