"""Tests of re-rooting paths and of comparing what steps did."""

from __future__ import annotations

import json
import string
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.comparison import Difference, Rerooting, compare
from envparity.environment import Environment
from envparity.sandbox import Bind, Overlay
from envparity.scenario import Step
from tests.doubles import make_debian, make_difference, make_interpreter, make_outcome

BASE = Path("/p/3.12.1")
ENV = Path("/cell/opt/env")
VANILLA = Rerooting(BASE, BASE)
MADE = Rerooting(ENV, BASE)


class TestDiff:
    """A difference shows itself as a diff."""

    def test_lines(self) -> None:
        """Vanilla's lines have a minus, the environment's a plus, and two lines stand around."""
        vanilla = "".join(f"{number}\n" for number in range(9))
        one = make_difference(vanilla, vanilla.replace("4", "four"))
        assert one.diff() == ["@@ -3,5 +3,5 @@", " 2", " 3", "-4", "+four", " 5", " 6"]

    @pytest.mark.parametrize(
        ("vanilla", "environment", "diff"),
        [
            ("0", "1", ["-0", "+1"]),
            ("", "a\n", ["+a"]),
            ("a\n", "", ["-a"]),
            ("", "\n", ["+"]),
            ("a\n", "a", [" a", "+(no newline at the end)"]),
            ("a", "a\n", [" a", "-(no newline at the end)"]),
            ("a\r\n", "a\n", ["-a\r", "+a"]),
            ("a\u2028b\n", "a\x85b\n", ["-a\u2028b", "+a\x85b"]),
            ("a\n\n", "a\n", [" a", "-"]),
        ],
    )
    def test_ends(self, vanilla: str, environment: str, diff: list[str]) -> None:
        """The ends of lines are seen, the last line's as well."""
        assert make_difference(vanilla, environment).diff()[1:] == diff

    @given(st.text("ab\n\r\x85", max_size=9), st.text("ab\n\r\x85", max_size=9))
    def test_never_empty(self, vanilla: str, environment: str) -> None:
        """Two texts that are not the same have a diff that shows it."""
        if vanilla != environment:
            told = make_difference(vanilla, environment).diff()
            assert any(line.startswith(("-", "+")) for line in told)

    @given(st.builds(Difference, *[st.integers(), st.text(), st.text(), st.text(), st.text()]))
    def test_json(self, one: Difference) -> None:
        """A difference survives its way through JSON."""
        assert Difference.from_json(json.loads(json.dumps(one.to_json()))) == one


class TestRerooting:
    """Both sides' prefixes get one name, and the base another."""

    @pytest.mark.parametrize(
        ("text", "vanilla", "made"),
        [
            ("/p/3.12.1", "{prefix}", "{base}"),
            ("/p/3.12.1/bin/x", "{prefix}/bin/x", "{base}/bin/x"),
            ("/p/3.12.10/bin", "/p/3.12.10/bin", "/p/3.12.10/bin"),
            ("/p/3.12.1-debug", "/p/3.12.1-debug", "/p/3.12.1-debug"),
            ("/p/3.12.1.old/x", "/p/3.12.1.old/x", "/p/3.12.1.old/x"),
            ("/p/3.12", "/p/3.12", "/p/3.12"),
            ("/p/3x12x1", "/p/3x12x1", "/p/3x12x1"),
            ("it is /p/3.12.1.", "it is {prefix}.", "it is {base}."),
            ("in /p/3.12.1... ok", "in {prefix}... ok", "in {base}... ok"),
            ("'/p/3.12.1\\n'", "'{prefix}\\n'", "'{base}\\n'"),
            ("/p/3.12.1:/p/3.12.1", "{prefix}:{prefix}", "{base}:{base}"),
            ("-I/p/3.12.1/include", "-I{prefix}/include", "-I{base}/include"),
            ("file:///p/3.12.1/x", "file://{prefix}/x", "file://{base}/x"),
            ("/root/p/3.12.1/x", "/root{prefix}/x", "/root{base}/x"),
            ("", "", ""),
        ],
    )
    def test_boundaries(self, text: str, vanilla: str, made: str) -> None:
        """A prefix ends where a component of the path does, and is no other's beginning."""
        assert VANILLA.apply(text) == vanilla
        assert MADE.apply(text) == made

    def test_prefix(self) -> None:
        """The environment's own prefix has the name that vanilla's has."""
        assert MADE.apply("/cell/opt/env/bin:/cell/opt/env2") == "{prefix}/bin:/cell/opt/env2"

    def test_environment_in_the_base(self) -> None:
        """A prefix below the base's is the prefix, and not a place in the base."""
        inner = Rerooting(BASE / "envs/a", BASE)
        assert inner.apply("/p/3.12.1/envs/a/x /p/3.12.1/x") == "{prefix}/x {base}/x"

    def test_in_a_store(self) -> None:
        """What lies in a store is called by its name: hashes are nobody's difference."""
        name = "0" * 32 + "-python3-3.12"
        made = Rerooting(Path(f"/s/store/{name}-env"), BASE, store=Path("/s/store"))
        text = f"/s/store/{name}-env/bin /s/store/{name}/lib:/s/store/{'z' * 32}-hook /s/store/x"
        assert made.apply(text) == "{prefix}/bin {store}/python3-3.12/lib:{store}/hook /s/store/x"
        environment = attrs.evolve(Environment.at(ENV, make_interpreter()), store=Path("/s"))
        for base in (make_interpreter(), make_debian()):
            assert Rerooting.of(environment, base).store == Path("/s")

    def test_of(self) -> None:
        """Where the base's prefix is its own, the two prefixes are all it takes."""
        base = make_interpreter("3.12.1")
        assert Rerooting.of(Environment.at(ENV, base), base) == Rerooting(ENV, base.prefix)

    filler = st.text(string.ascii_letters + " \n:;='\"()", max_size=8).map(lambda text: f" {text}")
    below = st.text(string.ascii_letters + "./-", max_size=8).map(lambda text: f"/{text}")

    @given(st.lists(st.tuples(filler, below)), filler)
    def test_equal_outputs(self, parts: list[tuple[str, str]], last: str) -> None:
        """What two sides say alike but for their prefixes is alike when re-rooted."""

        def said(prefix: Path) -> str:
            return "".join(f"{text} {prefix}{path}" for text, path in parts) + last

        assert VANILLA.apply(said(BASE)) == MADE.apply(said(ENV))

    @given(st.lists(st.tuples(filler, below), min_size=1), st.data())
    def test_base_shows(self, parts: list[tuple[str, str]], data: st.DataObject) -> None:
        """Where one side names the base instead of its prefix, they are never alike."""
        culprit = data.draw(st.integers(0, len(parts) - 1))
        prefixes = [ENV] * len(parts)
        prefixes[culprit] = BASE
        vanilla = "".join(f"{text} {BASE}{path}" for text, path in parts)
        made = "".join(
            f"{text} {prefix}{path}" for prefix, (text, path) in zip(prefixes, parts, strict=True)
        )
        assert VANILLA.apply(vanilla) != MADE.apply(made)

    @given(st.text())
    def test_other_text(self, text: str) -> None:
        """Text that names no prefix stays as it is."""
        if "/p/" not in text and "/cell" not in text:
            assert VANILLA.apply(text) == MADE.apply(text) == text


class TestSharedPrefix:
    """In `/usr` only what belongs to the interpreter or the packages is the prefix's."""

    @pytest.fixture
    def vanilla(self, tmp_path: Path) -> Rerooting:
        """Re-root Debian's python3.11 with a package in a layer."""
        for name in ("local/bin/greet", "local/share/greeter/text", "local/lib/python3.11/x/y.py"):
            path = tmp_path / "usr" / name
            path.parent.mkdir(parents=True)
            path.touch()
        (tmp_path / "usr/local/bin/link").symlink_to("greet")
        base = make_debian(libpython=Path("/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0"))
        mounts = (
            Overlay(base.prefix, (tmp_path / "usr", base.prefix)),
            Bind(Path("/usr/local/lib/python3.11/dist-packages"), tmp_path),
        )
        return Rerooting.of(Environment.at(base.prefix, base, mounts=mounts), base)

    @pytest.fixture
    def made(self) -> Rerooting:
        """Re-root an environment made from Debian's python3.11."""
        base = make_debian()
        return Rerooting.of(Environment.at(ENV, base), base)

    @pytest.mark.parametrize(
        "text",
        [
            "/usr/bin/env python3",
            "#!/usr/bin/env python3",
            "/usr/bin/python3.12",
            "/usr/bin/python3.11-dbg",
            "/usr/lib/python3/apt",
            "/usr/lib/python3.1/x",
            "/usr/share/locale",
            "/usr/local/bin/other",
            "/usr/local/share/greeter2",
            "/usr2/bin",
            "/usr.old/lib/python3.11",
            "/opt/usr/lib/python3.11/os.py",
            "./usr/lib/python3.11/os.py",
            "usr/lib/python3.11",
        ],
    )
    def test_not_ours(self, vanilla: Rerooting, text: str) -> None:
        """What is the system's, or another's, stays as it is."""
        assert vanilla.apply(text) == text

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/",
            "/bin/python3.11",
            "/bin/python3-config",
            "/lib/python3.11",
            "/lib/python3.11/os.py",
            "/lib/python311.zip",
            "/lib/python3.11/config-3.11-x86_64-linux-gnu/Makefile",
            "/lib/python3/dist-packages",
            "/lib/x86_64-linux-gnu/libpython3.11.so.1.0",
            "/include/python3.11/Python.h",
            "/local/lib/python3.11/dist-packages/greeter.py",
            "/local/bin/greet",
            "/local/bin/link",
            "/local/share/greeter",
            "/local/share/greeter/text",
        ],
    )
    def test_ours(self, vanilla: Rerooting, path: str) -> None:
        """What is the interpreter's or a package's is the prefix's, and so is `/usr` itself."""
        assert vanilla.apply(f"/usr{path}") == f"{{prefix}}{path}"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("-I/usr/include/python3.11", "-I{x}/include/python3.11"),
            ("-L/usr/lib/python3.11/config", "-L{x}/lib/python3.11/config"),
            ("--prefix=/usr", "--prefix={x}"),
            ("in /usr.", "in {x}."),
            ("File '/usr/lib/python3.11/os.py',", "File '{x}/lib/python3.11/os.py',"),
            ("(/usr/lib/python3.11)", "({x}/lib/python3.11)"),
            ("/usr/bin/python3.11.", "{x}/bin/python3.11."),
            ("/usr/lib/python3.11/", "{x}/lib/python3.11/"),
            ("/usr/bin/python3.11\0-c\0/usr", "{x}/bin/python3.11\0-c\0{x}"),
            ("file:///usr/lib/python3.11/os.py", "file://{x}/lib/python3.11/os.py"),
            ("/usr/lib/python3.11:/usr/bin/env", "{x}/lib/python3.11:/usr/bin/env"),
        ],
    )
    def test_in_text(self, vanilla: Rerooting, made: Rerooting, text: str, expected: str) -> None:
        """A path is told from the text around it; named by an environment it is the base's."""
        assert vanilla.apply(text) == expected.replace("{x}", "{prefix}")
        assert made.apply(text) == expected.replace("{x}", "{base}")

    @pytest.mark.parametrize(
        "path", ["/bin", "/lib", "/local/bin", "/include", "/lib/x86_64-linux-gnu", "/local"]
    )
    def test_common(self, vanilla: Rerooting, made: Rerooting, path: str) -> None:
        """A folder that is the system's as much as the prefix's is held against nobody."""
        assert vanilla.apply(f"-L/usr{path}") == f"-L{{prefix}}{path}"
        assert made.apply(f"/usr{path}:{ENV}{path}") == f"{{prefix}}{path}:{{prefix}}{path}"

    def test_shared_itself(self) -> None:
        """The environment's prefix in such a base is the prefix."""
        base = make_debian()
        inner = Rerooting.of(Environment.at(Path("/usr/local/env"), base), base)
        assert inner.apply("/usr/local/env/bin /usr/bin/env") == "{prefix}/bin /usr/bin/env"


class TestCompare:
    """Two runs of the same steps are compared fact by fact."""

    STEPS = (Step("first"), Step("second"), Step("third"))

    def test_equal(self) -> None:
        """What differs in its prefix and its time alone does not differ."""
        ours = [make_outcome(f"{BASE}/x\n", seconds=1.0), make_outcome("")]
        theirs = [make_outcome(f"{ENV}/x\n", seconds=9.0), make_outcome("")]
        assert compare(self.STEPS, ours, VANILLA, theirs, MADE) == []

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"exit": 1}, ("exit status", "0", "1")),
            ({"exit": -11}, ("exit status", "0", "-11")),
            ({"stdout": "b"}, ("stdout", "a", "b")),
            ({"stdout": f"{BASE}"}, ("stdout", "a", "{base}")),
            ({"stderr": f"{ENV}: no"}, ("stderr", "", "{prefix}: no")),
            ({"files": {}}, ("file x", "{prefix}", "(no file)")),
            ({"files": {"x": "{prefix}", "y": "z"}}, ("file y", "(no file)", "z")),
            ({"files": {"x": f"{BASE}"}}, ("file x", "{prefix}", "{base}")),
            ({"timed_out": True}, ("time limit", "kept", "exceeded")),
        ],
    )
    def test_each(self, change: dict[str, object], expected: tuple[str, str, str]) -> None:
        """Each fact that differs is a difference of its own, with both sides re-rooted."""
        ours = make_outcome("a", files={"x": f"{BASE}"})
        theirs = attrs.evolve(ours, **{"files": {"x": f"{ENV}"}, **change})  # type: ignore[arg-type]
        (found,) = compare(self.STEPS, [ours], VANILLA, [theirs], MADE)
        assert found == Difference(0, "first", *expected)

    def test_order(self) -> None:
        """Differences come by step, and within a step from the gravest to files by name."""
        ours = [make_outcome("a"), make_outcome(files={"b": "", "a": ""}), make_outcome("c")]
        theirs = [
            make_outcome("A", exit=1, stderr="no"),
            make_outcome(),
            make_outcome("C"),
        ]
        found = compare(self.STEPS, ours, VANILLA, theirs, MADE)
        assert [(one.step, one.run, one.what) for one in found] == [
            (0, "first", "exit status"),
            (0, "first", "stdout"),
            (0, "first", "stderr"),
            (1, "second", "file a"),
            (1, "second", "file b"),
            (2, "third", "stdout"),
        ]

    def test_time_limit_ends_it(self) -> None:
        """After a time limit nothing is known, so nothing more is compared."""
        ours = [make_outcome("a"), make_outcome("b"), make_outcome("c")]
        theirs = [make_outcome("a"), make_outcome("b", exit=-9, timed_out=True)]
        found = compare(self.STEPS, ours, VANILLA, theirs, MADE)
        assert [(one.step, one.what) for one in found] == [(1, "time limit"), (1, "exit status")]
        found = compare(self.STEPS, ours, VANILLA, [*theirs, make_outcome("other")], MADE)
        assert [one.step for one in found] == [1, 1]

    def test_files_within_a_line(self) -> None:
        """A file that one side lacks is told from one that is empty."""
        ours = [make_outcome(files={"x": ""})]
        (found,) = compare(self.STEPS, ours, VANILLA, [make_outcome()], MADE)
        assert (found.vanilla, found.environment) == ("", "(no file)")
