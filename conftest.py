"""Turns this checkout into a pytest project that collects `scenarios/`."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ("envparity.plugin",)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without a builder there is nothing to judge: the corpus is data."""
    if not config.option.builder and collection_path == Path(__file__).parent / "scenarios":
        return True
    return None
