"""Turns this checkout into a pytest project that collects `scenarios/`."""

pytest_plugins = ("envparity.plugin",)
