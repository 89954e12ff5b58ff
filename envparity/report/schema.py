"""The published JSON Schema of a report's lines (https://json-schema.org, draft 2020-12)."""

from __future__ import annotations

from pathlib import Path

#: The schema's file, which `envparity report --schema` prints.
SCHEMA = Path(__file__).with_name("schema.json")


def schema_text() -> str:
    """The schema, as JSON."""
    return SCHEMA.read_text(encoding="utf-8")
