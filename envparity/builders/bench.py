"""The bench: the folders of one build, as they are and as a cell sees them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from envparity.builders import PROTOCOL
from envparity.sandbox import Bind, Mount

if TYPE_CHECKING:
    from envparity.builders import Request
    from envparity.workshop import Workshop

#: Below the cell: what lies above the environment, by the scenario's prefix shape. The 200 bytes
#: of `long` are more than a shebang line could hold before Linux 5.1 and, with the program's name,
#: most of what it holds today; the 300 of `too-long` are more than any kernel's can
#: (BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h).
SHAPES = {
    "plain": "opt",
    "space": "opt/with space",
    "non-ascii": "opt/préfixe-ünï-前",
    "long": "opt/" + "/".join(["long-" * 9 + "path"] * 4),
    "too-long": "opt/" + "/".join(["long-" * 9 + "path"] * 6),
    "symlinked-parent": "current",
}


@frozen
class Bench:
    """The folders of one build, as they are and as a cell sees them.

    *folder* holds `out`, above the environment, `scratch` and `request`; *home* is the builder's
    and *wheels* where it finds the request's wheels.
    """

    workshop: Workshop
    folder: Path
    home: Path
    wheels: Path
    shape: str

    def seen(self, name: str) -> Path:
        """Where a cell sees the folder *name* of this build."""
        return self.workshop.inside(self.folder / name, "opt" if name == "out" else name)

    @property
    def output(self) -> Path:
        """Where the environment is asked for."""
        out, shape = self.seen("out"), SHAPES[self.shape]
        if self.shape == "symlinked-parent":
            return out.parent / shape / "env"
        return out / Path(shape).relative_to("opt") / "env"

    @property
    def links(self) -> tuple[tuple[Path, Path], ...]:
        """The links that spell the output's parent."""
        if self.shape == "symlinked-parent":
            return ((self.output.parent, self.seen("out")),)
        return ()

    def real(self, prefix: Path) -> Path | None:
        """Where *prefix* is outside the cell; None when it is nowhere a build may write."""
        prefix = Path(os.path.normpath(prefix))
        for link, target in self.links:
            if prefix.is_relative_to(link):
                prefix = target / prefix.relative_to(link)
        places = {
            self.seen("out"): self.folder / "out",
            self.seen("scratch"): self.folder / "scratch",
            self.workshop.inside(self.home, "builder"): self.home,
        }
        for inside, outside in places.items():
            if prefix.is_relative_to(inside):
                return outside / prefix.relative_to(inside)
        return None

    def mounts(self, *, building: bool) -> tuple[Mount, ...]:
        """What a cell sees of the build; only the builder may write to it."""
        if not self.workshop.namespaces:
            return ()
        cell = self.workshop.sandbox.cell
        kept = (
            Bind(cell / "opt", self.folder / "out", writable=building),
            Bind(cell / "scratch", self.folder / "scratch", writable=building),
            Bind(cell / "builder", self.home, writable=building),
        )
        if not building:
            return kept
        own_wheels = self.wheels != self.workshop.wheel_folder
        return (
            *kept,
            Bind(cell / "request", self.folder / "request"),
            Bind(cell / "wheels", self.wheels, writable=own_wheels),
        )

    def message(self, request: Request) -> dict[str, Any]:
        """The contents of REQUEST.json."""
        wheels = self.workshop.inside(self.wheels, "wheels")
        return {
            "protocol": PROTOCOL,
            "interpreter": {
                "executable": str(request.interpreter.executable),
                "prefix": str(request.interpreter.prefix),
                "version": request.interpreter.version,
                "implementation": request.interpreter.implementation,
            },
            "packages": [
                {
                    "name": wheel.name,
                    "version": wheel.version,
                    "wheel": str(wheels / wheel.path.relative_to(self.workshop.wheel_folder)),
                    "requires": list(wheel.requires),
                }
                for wheel in request.wheels
            ],
            "output": str(self.output),
            "scratch": str(self.seen("scratch")),
        }
