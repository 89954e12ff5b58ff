"""A Python environment as the harness sees it: where it is, and how a cell gets to see it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from envparity.errors import InterpreterError

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter
    from envparity.sandbox import Mount


@frozen
class Environment:
    """A prefix with an interpreter and packages; vanilla itself is one.

    Paths are those inside a cell.
    """

    prefix: Path
    python: Path
    """`$PYTHON`: the program named pythonX.Y."""
    scripts: Path
    """`$BIN`: where programs of packages are installed."""
    site: Path
    """`$SITE`: where pure Python packages are installed."""
    mounts: tuple[Mount, ...] = ()
    links: tuple[tuple[Path, Path], ...] = ()
    """Symbolic links a cell needs so that the prefix has its spelling: (path, target)."""
    store: Path | None = None
    """The folder of things named HASH-NAME that it is made of, as Nix has one.

    The hash is of all that the thing was made of, so that nothing else ever has its name.
    """

    @classmethod
    def at(
        cls,
        prefix: Path,
        interpreter: Interpreter,
        *,
        mounts: tuple[Mount, ...] = (),
        links: tuple[tuple[Path, Path], ...] = (),
    ) -> Environment:
        """The environment at *prefix* that has the layout of *interpreter*'s own prefix.

        Raises InterpreterError for an interpreter that lies outside of its prefix.
        """

        def moved(path: str | Path) -> Path:
            try:
                return prefix / Path(path).relative_to(interpreter.prefix)
            except ValueError:
                raise InterpreterError(
                    f"{interpreter.label}: {path} is not below its prefix {interpreter.prefix}",
                    hint="an interpreter is judged where it is installed",
                ) from None

        return cls(
            prefix=prefix,
            python=moved(interpreter.executable),
            scripts=moved(interpreter.paths["scripts"]),
            site=moved(interpreter.paths["purelib"]),
            mounts=mounts,
            links=links,
        )

    @property
    def search_path(self) -> tuple[str, ...]:
        """The folders of its programs, as they stand first on PATH."""
        return tuple(dict.fromkeys((str(self.scripts), str(self.python.parent))))
