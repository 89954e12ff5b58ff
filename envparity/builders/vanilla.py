"""`vanilla`: the oracle in the builder's place. Whatever differs is a false alarm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envparity.builders import Description, Request, Unsupported
from envparity.vanilla import vanilla_environment

if TYPE_CHECKING:
    from envparity.environment import Environment
    from envparity.workshop import Workshop


class VanillaBuilder:
    """Gives back the interpreter itself with the packages installed."""

    name = "vanilla"
    places = ()
    program = None

    def describe(self, workshop: Workshop) -> Description:
        """What the builder is; without a fingerprint, since it is there to be run again."""
        return Description("vanilla")

    def build(self, request: Request, workshop: Workshop) -> Environment:
        """The oracle's own environment; the shape of the prefix is vanilla's."""
        return vanilla_environment(
            request.interpreter,
            request.wheels,
            workshop.cache,
            namespaces=workshop.namespaces,
        )

    def trial(self, request: Request, workshop: Workshop, again: str = "") -> Path:
        """Vanilla is built by nobody, so no contract binds it."""
        raise Unsupported("vanilla is not built, so the contract of builders does not apply")
