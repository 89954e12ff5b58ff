"""Pages as tests read them: their elements, their data, and the stories in them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from attrs import define, field

from envparity.report.html.page import html
from envparity.report.jsonl import Report
from envparity.verdict import Verdict

HEADER: Mapping[str, Any] = {
    "kind": "header",
    "format": 1,
    "envparity": "1.0",
    "builders": [{"asked": "reference", "name": "reference", "version": "1"}],
    "interpreters": [
        {"python": "3.12.1", "version": "3.12.1", "build": "static", "executable": "/p/python3.12"}
    ],
    "namespaces": True,
    "problems": [],
}


def report(*verdicts: Verdict, **header: Any) -> Report:
    """A report of *verdicts*; its header is `HEADER` but for *header*."""
    return Report({**HEADER, **header}, verdicts, {})


@define
class Page(HTMLParser):
    """A page that was read: elements with their attributes, and texts by element."""

    source: str
    elements: list[tuple[str, dict[str, str | None]]] = field(factory=list)
    texts: dict[str, list[str]] = field(factory=dict)
    _open: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Read the source."""
        super().__init__()
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down an element."""
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in {"meta", "input", "link"}:
            self._open.append(f"{tag}.{attributes['class']}" if "class" in attributes else tag)
            self.texts.setdefault(self._open[-1], []).append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        assert self._open.pop().partition(".")[0] == tag

    def handle_data(self, data: str) -> None:
        """Take down a text."""
        if self._open:
            self.texts[self._open[-1]][-1] += data

    @property
    def data(self) -> dict[str, Any]:
        """All but the stories, as the page's script reads it."""
        (found,) = (text for text in self.texts["script"] if text.startswith("{"))
        read: dict[str, Any] = json.loads(found)
        return read

    @property
    def stories(self) -> list[list[Any]]:
        """The stories of all chunks, in their order."""
        chunks = self.texts.get("script.stories", [])
        return [
            one for text in chunks for one in json.loads(gzip.decompress(base64.b64decode(text)))
        ]

    def told(self) -> list[int]:
        """The number of each cell's story; 0 is none."""
        return [
            number for one in self.data["told"] for number in ([0] * -one if one < 0 else [one])
        ]


def write_page(reports: Sequence[Report], out: Path, **options: Any) -> Path:
    """The page of *reports* in the file *out*."""
    with out.open("w", encoding="utf-8") as file:
        file.writelines(html(reports, **options))
    return out


def make_page(folder: Path, reports: Sequence[Report], **options: Any) -> Page:
    """The page of *reports*, written into *folder*."""
    return Page(write_page(reports, folder / "page.html", **options).read_text(encoding="utf-8"))
