"""Tests of TOML documents and their lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envparity.document import Document, nearest
from envparity.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator


def flatten(value: Any, *place: str | int) -> Iterator[tuple[str | int, ...]]:
    """Yield the places of all there is in a value."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (*place, key)
            yield from flatten(value[key], *place, key)


class TestDocument:
    """Lines of a TOML document."""

    TRICKY = r'''
# a = [comment]
a = 1 # and { another
"b c" = "a \" # [ ] = \\"
'd"' = 'c:\'
e = """
[x]
""\""""""
f = QQQ'a' = [
QQQ # that was one string
g = [ [1, 2 ], # comment ]
   [ { h.i = 1.5, j = [ ] }, "}" ],
   1979-05-27 07:32:00 ,

]
k.l."m.n" = {}
[k.o]
p = inf
[k."q]"]
[[r]]
s = 1
[[r]]
s = 2
[r.t]
u = -1.5e3
[[r.v]]
[[r.v]]
w = true
[x.y]
z = ""
'''.replace("QQQ", "'" * 3)

    def test_every_place_is_found(self, tmp_path: Path) -> None:
        """All keys and elements are found, and nothing that only looks like one."""
        document = Document(tmp_path, self.TRICKY)
        assert set(document.lines) == set(flatten(document.data))
        text = ["", *self.TRICKY.splitlines()]
        for (*_, key), line in document.lines.items():
            assert isinstance(key, int) or key in text[line]

    @pytest.mark.parametrize(
        ("place", "line"),
        [
            (("a",), 3),
            (("e",), 6),
            (("f",), 9),
            (("g", 0, 1), 11),
            (("g", 1, 0, "h", "i"), 12),
            (("g", 2), 13),
            (("k", "l", "m.n"), 16),
            (("k", "q]"), 19),
            (("r", 0), 20),
            (("r", 1), 22),
            (("r", 1, "s"), 23),
            (("r", 1, "t", "u"), 25),
            (("r", 1, "v", 0), 26),
            (("r", 1, "v", 1, "w"), 28),
            (("a", "missing"), 3),
            (("missing",), 1),
        ],
    )
    def test_line(self, tmp_path: Path, place: tuple[str | int, ...], line: int) -> None:
        """A place stands on its line, and a missing one on that of what would hold it."""
        assert Document(tmp_path, self.TRICKY).line(*place) == line

    def test_windows_line_ends(self, tmp_path: Path) -> None:
        """Carriage returns before line feeds make no difference."""
        file = tmp_path / "x.toml"
        file.write_bytes(b"a = 1\r\nb = 2\r\n")
        assert Document.read(file).line("b") == 2


def document(text: str) -> Document:
    """Make a document that lies nowhere."""
    return Document(Path("x.toml"), text)


def complaints(of: Document) -> list[str]:
    """Return what was found to be wrong with a document."""
    return [str(error) for error in of.errors]


class TestReading:
    """A text becomes a document, or an error that says where it stops being one."""

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"a = 1\nb =\n", ":2: not TOML: Invalid value"),
            (b"a = 1\n\nb = [1,", ":3: not TOML: "),
            (b"a = 1\nb = '\xff'", ":2: not UTF-8"),
            (None, ": cannot be read: No such file or directory"),
        ],
    )
    def test_errors(self, tmp_path: Path, content: bytes | None, complaint: str) -> None:
        """What is no TOML, no UTF-8 or no file is an error with its line, if it has one."""
        file = tmp_path / "x.toml"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(CorpusError) as caught:
            Document.read(file)
        assert str(caught.value).startswith(f"{file}{complaint}")

    def test_empty(self) -> None:
        """An empty text is a document with nothing in it."""
        assert document("").data == {}
        assert document("").line("a") == 1


class TestValues:
    """Values are asked for by place and type."""

    @pytest.mark.parametrize(
        ("kind", "default", "place", "value"),
        [
            (str, "", ("a",), "x"),
            (int, 7, ("b", "c"), 1),
            (float, 0.5, ("d", 1), 2.5),
            (str, "none", ("e",), "none"),
            (str, "none", ("b", "e", "f"), "none"),
            (str, "none", ("a", "f"), "none"),
        ],
    )
    def test_get(
        self, kind: type[Any], default: object, place: tuple[str | int, ...], value: object
    ) -> None:
        """A value is found at its place; where there is none, the default stands for it."""
        found = document('a = "x"\nb = { c = 1 }\nd = [1, 2.5]')
        assert found.get(kind, default, *place) == value
        assert found.errors == []

    @pytest.mark.parametrize(
        ("kind", "text", "complaint"),
        [
            (str, "1", "`a` takes a string, not a whole number"),
            (int, "true", "`a` takes a whole number, not a boolean"),
            (int, "1.5", "`a` takes a whole number, not a number"),
            (float, "'1'", "`a` takes a number, not a string"),
            (list, "{}", "`a` takes a list, not a table"),
            (dict, "[]", "`a` takes a table, not a list"),
            (str, "07:32:00", "`a` takes a string, not a date or a time"),
        ],
    )
    def test_type(self, kind: type[Any], text: str, complaint: str) -> None:
        """A value of another type is complained of in words, and the default stands for it."""
        found = document(f"# line 1\na = {text}")
        assert found.get(kind, "default", "a") == "default"
        assert complaints(found) == [f"x.toml:2: {complaint}"]

    def test_one_complaint_per_value(self) -> None:
        """A value of the wrong type is complained of once, whatever else it is asked for."""
        found = document("a = 1")
        found.get(str, "", "a")
        found.complain("this is empty", "a")
        found.check_choice("", ("x", "y"), "a")
        assert complaints(found) == ["x.toml:1: `a` takes a string, not a whole number"]

    def test_strings(self) -> None:
        """A list of strings is read whole; what is none in it is complained of by its index."""
        found = document('a = ["x",\n1,\n"z"]')
        assert found.strings("a") == ("x", "", "z")
        assert found.strings("b") == ()
        assert complaints(found) == ["x.toml:2: `a[1]` takes a string, not a whole number"]

    def test_keys(self) -> None:
        """Keys that are not known are complained of with the table that holds them."""
        found = document("one = 1\n[tow]\nthree = 3\nfuor = 4")
        found.check_keys(("one", "two"))
        found.check_keys(("three", "four"), "tow")
        found.check_keys(("x",), "missing")
        assert complaints(found) == [
            "x.toml:2: unknown key `tow` (did you mean `two`?)",
            "x.toml:4: unknown key `fuor` in `tow` (did you mean `four`?)",
        ]

    def test_choice(self) -> None:
        """A value outside a closed list is complained of with the ones that are in it."""
        found = document('a = ["cc", "x"]')
        for index, value in enumerate(found.strings("a")):
            found.check_choice(value, ("cc", "bash"), "a", index)
        assert complaints(found) == ["x.toml:1: `a[1]` cannot be `x` (there are: cc, bash)"]


def test_nearest() -> None:
    """A hint names the word that was meant, or else all there are."""
    assert nearest("pakages", ("packages", "wheels")) == "did you mean `packages`?"
    assert nearest("x", ("packages", "wheels")) == "there are: packages, wheels"
