"""Documents: the TOML files of the corpus, with the lines their values stand on.

tomllib keeps no positions, and an error that names no line is half an error. A `Document` knows
where each key and each element stands, and collects what is wrong with them.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from envparity.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Place = tuple[str | int, ...]
T = TypeVar("T")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint for an unknown *word*: the known one it resembles, or all there are."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known)}"


def nearest_files(path: Path) -> str | None:
    """Return a hint for a *path* that is not there: the files beside it with nearly its name."""
    try:
        names = [one.name for one in path.parent.iterdir() if one.is_file()]
    except OSError:
        return None
    close = difflib.get_close_matches(path.name, names)
    return f"nearest: {', '.join(close)}" if close else None


class Document:
    """A TOML file of the corpus: its data, where everything stands, what is wrong with it.

    A *place* is the way to a value: `"steps", 2, "exit"`. Complaints add up in `errors`,
    so that one reading finds them all.
    """

    def __init__(self, path: Path, text: str) -> None:
        """Parse *text*; raise CorpusError with the line if it is not TOML."""
        self.path = path
        self.text = text
        self.errors: list[CorpusError] = []
        self._mistyped: set[Place] = set()
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            message, _, where = str(error).partition(" (at ")
            number = re.match(r"line (\d+)", where)
            line = int(number[1]) if number else text.count("\n") + 1
            raise CorpusError(f"not TOML: {message}", path=path, line=line) from None

    @classmethod
    def read(cls, path: Path) -> Document:
        """Read *path*; raise CorpusError if it is missing or is not UTF-8 or not TOML."""
        try:
            return cls(path, path.read_bytes().decode().replace("\r\n", "\n"))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise CorpusError("not UTF-8", path=path, line=line) from None
        except OSError as error:
            raise CorpusError(f"cannot be read: {error.strerror}", path=path) from None

    @cached_property
    def lines(self) -> dict[Place, int]:
        """The line (1-based) of each key and each list element, by its place."""
        return _Places(self.text).found

    def line(self, *place: str | int) -> int:
        """Return the line (1-based) where *place* stands, or else what encloses it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def complain(self, message: str, *place: str | int, hint: str | None = None) -> None:
        """Note an error at *place*, unless what is there is of the wrong type anyway."""
        if place in self._mistyped:
            return
        line = self.line(*place)
        self.errors.append(CorpusError(message, hint=hint, path=self.path, line=line))

    def get(self, kind: type[T], default: T, *place: str | int) -> T:
        """Return the value at *place*, or *default* if there is none or one of another type."""
        value: Any = self.data
        for key in place:
            try:
                value = value[key]
            except (KeyError, TypeError):  # what holds it is missing, or of another type
                return default
        # TOML tells true from 1; isinstance does not.
        if isinstance(value, kind) and not isinstance(value, bool):
            return value
        self.complain(f"`{_spell(place)}` takes {_KINDS[kind]}, not {_kind(value)}", *place)
        self._mistyped.add(place)
        return default

    def strings(self, *place: str | int) -> tuple[str, ...]:
        """Return the list of strings at *place*; an empty one if there is none."""
        count = len(self.get(list, [], *place))
        found = (self.get(str, "", *place, index) for index in range(count))
        return tuple(found)

    def specifier(self, *place: str | int) -> SpecifierSet | None:
        """Return the version specifier (PEP 440) at *place*; None if there is none."""
        text = self.get(str, "", *place)
        try:
            return SpecifierSet(text) if text else None
        except InvalidSpecifier:
            hint = 'as in ">=3.6" or "==3.12.*" (PEP 440)'
            message = f"`{place[-1]}` is no version specifier: `{text}`"
            self.complain(message, *place, hint=hint)
            return None

    def check_keys(self, known: Iterable[str], *place: str | int) -> None:
        """Complain of each key in the table at *place* that is not *known*."""
        for key in self.get(dict, {}, *place):
            if key not in known:
                where = f" in `{_spell(place)}`" if place else ""
                self.complain(f"unknown key `{key}`{where}", *place, key, hint=nearest(key, known))

    def check_choice(self, value: str, known: Iterable[str], *place: str | int) -> None:
        """Complain of a *value* that is not in a closed list."""
        if value not in known:
            message = f"`{_spell(place)}` cannot be `{value}`"
            self.complain(message, *place, hint=nearest(value, known))


_KINDS: Mapping[type, str] = {
    str: "a string", bool: "a boolean", int: "a whole number", float: "a number",
    list: "a list", dict: "a table",
}  # fmt: skip


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a date or a time")


def _spell(place: Place) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).removeprefix(".")


class _Places:
    """Where keys and list elements stand in a text that tomllib has accepted.

    tomllib keeps no positions. As the text is known to be valid, brackets, separators
    and strings are all that has to be told apart (https://toml.io/en/v1.0.0).
    """

    _TOKEN = re.compile(
        r'"""(?:[^\\]|\\.)*?"{3,5}|"(?:[^"\\]|\\.)*"'
        r"|\'\'\'.*?'{3,5}|'[^']*'"
        r"|\#[^\n]*|\n|[][{}=,.]|[^][{}=,.\#\"'\s]+",
        re.DOTALL,
    )

    def __init__(self, text: str) -> None:
        self.found: dict[Place, int] = {}
        self._counts: dict[Place, int] = {}
        self._tokens: list[tuple[str, int]] = []
        self._next = 0
        line = 1
        for token in self._TOKEN.findall(text):
            if not token.startswith("#"):
                self._tokens.append((token, line))
            line += token.count("\n")
        table: Place = ()
        while self._skip_newlines():
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        self._next += 1
        return self._tokens[self._next - 1][0]

    def _skip_newlines(self) -> str:
        while self._peek() == "\n":
            self._next += 1
        return self._peek()

    def _note(self, place: Place) -> None:
        self.found.setdefault(place, self._tokens[self._next][1])

    def _key(self, above: Place) -> Place:
        """Take a dotted key; in an array of tables it goes into the last one."""
        place = above
        while True:
            if place in self._counts:
                place = (*place, self._counts[place] - 1)
            self._note((*place, name := _plain(self._peek())))
            self._take()
            place = (*place, name)
            if self._peek() != ".":
                return place
            self._take()

    def _header(self) -> Place:
        self._take()
        if self._peek() != "[":
            place = self._key(())
            self._take()
            return place
        self._take()
        place = self._key(())
        count = self._counts[place] = self._counts.get(place, 0) + 1
        place = (*place, count - 1)
        self._note(place)
        self._take()
        self._take()
        return place

    def _pair(self, table: Place) -> None:
        place = self._key(table)
        self._take()
        self._value(place)

    def _value(self, place: Place) -> None:
        closing = {"[": "]", "{": "}"}.get(self._peek())
        if closing is None:
            while self._peek() not in ("", "\n", ",", "]", "}"):
                self._take()
            return
        self._take()
        index = 0
        while self._skip_newlines() != closing:
            if self._peek() == ",":
                self._take()
            elif closing == "}":
                self._pair(place)
            else:
                self._note((*place, index))
                self._value((*place, index))
                index += 1
        self._take()


def _plain(key: str) -> str:
    """Return a key without its quotes."""
    return next(iter(tomllib.loads(f"{key} = 0")))
