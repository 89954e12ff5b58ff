"""What belongs together, and with which interpreter, as PEP 425, 440 and 508 say."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.markers import Marker, default_environment
from packaging.specifiers import SpecifierSet
from packaging.tags import cpython_tags

from reference import build, requirements
from reference.errors import BuildError, Refused
from reference.interpreter import Interpreter
from reference.store import Store

from .conftest import WheelMaker

VERSIONS = st.builds(
    "{}.{}{}".format,
    st.integers(0, 4),
    st.integers(0, 12),
    st.sampled_from(["", ".0", ".3", ".10"]),
)


@given(VERSIONS, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~="]), VERSIONS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_versions(version: str, operator: str, wanted: str, wildcard: bool) -> None:
    """Specifiers mean what `packaging` says they mean."""
    text = operator + wanted + (".*" if wildcard and operator in ("==", "!=") else "")
    assert requirements.matches(version, text) is SpecifierSet(text).contains(version)


@pytest.mark.parametrize(
    ("version", "specifiers"),
    [("1.0rc1", ">=1.0"), ("1.0.post1", ">1.0"), ("1.0a1", "<1.0"), ("2.0.dev1", ">=1.9,<3")],
)
def test_prereleases(version: str, specifiers: str) -> None:
    """Pre- and post-releases stand where PEP 440 puts them."""
    expected = version != "1.0rc1"
    assert requirements.matches(version, specifiers) is expected


@pytest.mark.parametrize(
    ("version", "specifiers"),
    [
        ("1.0", ">=1!0.1"), ("1!1.0", ">=2.0"), ("1!1.0", "==1.*"), ("1!1.0", "==1!1.*"),
        ("1!1.4", "~=1!1.2"), ("1.0", "==1.0+here"), ("1.0+here", "==1.0+here"),
        ("1.0+here", "==1.0"), ("1.0+there", "!=1.0+here"), ("1.4", "~=1.2rc1"),
        ("1.0", "===1.0"), ("1.0.0", "===1.0"),
    ],
)  # fmt: skip
def test_epochs_and_local_versions(version: str, specifiers: str) -> None:
    """An epoch outweighs a release, and a local version counts where one is asked for."""
    assert requirements.matches(version, specifiers) is SpecifierSet(specifiers).contains(version)


def test_not_a_specifier() -> None:
    """What is not a specifier is an error that quotes it."""
    with pytest.raises(BuildError, match="'three' is not"):
        requirements.matches("1.0", "three")


def tags(interpreter: Interpreter) -> list[str]:
    """What `packaging` says that an interpreter takes."""
    major, minor = interpreter.version[:2]
    abis = [f"cp{major}{minor}{interpreter.abiflags}"]
    return [str(tag) for tag in cpython_tags(interpreter.version[:2], abis, ["linux_x86_64"])]


def test_tags(base: Interpreter) -> None:
    """The tags of PEP 425 that fit are those that `packaging` lists."""
    if base.version < (3,) or base.platform != "linux_x86_64":
        pytest.skip("other rules")
    for tag in tags(base):
        assert requirements.fits(tag, base), tag
    assert requirements.fits("py2.py3-none-any", base)
    for tag in (
        "cp27-cp27mu-linux_x86_64",
        "cp399-cp399-linux_x86_64",
        "cp36-cp36m-linux_aarch64",
        "py3-none-win_amd64",
        "py3-none-macosx_10_9_x86_64",
        "py4-none-any",
        "py3-none-musllinux_1_2_x86_64",
        "py3-none-manylinux_2_99_x86_64",
        "py3-none-manylinux_2_5_aarch64",
        "py3-none-manylinux9999_x86_64",
    ):
        assert not requirements.fits(tag, base), tag
    for tag in ("manylinux1", "manylinux2010", "manylinux2014", "manylinux_2_17", "linux"):
        assert requirements.fits(f"py3-none-{tag}_x86_64", base), tag
    musl = dataclasses.replace(base, glibc=[])
    assert requirements.fits("py3-none-musllinux_1_2_x86_64", musl)
    assert not requirements.fits("py3-none-manylinux1_x86_64", musl)


MARKERS = [
    "python_version >= '3.8'", 'python_version < "3"', "sys_platform == 'win32'", "extra == 'x'",
    "os_name == 'posix' and python_version in '2.7 3.6'", "platform_system != 'Linux'",
    "(python_version < '3.9' or python_version >= '3.12') and os_name == 'posix'",
    "python_version not in '3.0, 3.1'", "python_full_version >= '3.6.0'",
    "implementation_name == 'cpython' or os_name == 'nt' and extra == 'y'",
]  # fmt: skip


@pytest.mark.parametrize("marker", MARKERS)
def test_markers(base: Interpreter, marker: str) -> None:
    """Markers mean what `packaging` says they mean."""
    if base.version < (3,):
        pytest.skip("packaging knows no Python 2")
    facts: dict[str, str] = {**default_environment()}  # type: ignore[dict-item]
    facts |= {"extra": "", "python_version": base.minor, "python_full_version": base.full_version}
    assert requirements.evaluate(marker, base) is Marker(marker).evaluate(facts)


@pytest.mark.parametrize(
    ("wheels", "words"),
    [
        ([("p", {}), ("p", {"version": "2.0"})], "two versions"),
        ([("P.x", {}), ("p_x", {"version": "2.0"})], "two versions"),
        ([("p", {"metadata": ["Requires-Python: <2"]})], "requires Python <2"),
        ([("p", {"tag": "cp27-cp27mu-win32"})], "its tag"),
        ([("p", {"metadata": ["Requires-Dist: q"]})], "requires q"),
        ([("p", {"metadata": ["Requires-Dist: q (>=2)"]}), ("q", {})], "requires q"),
    ],
)
def test_refused(
    newest: Interpreter,
    store: Store,
    tmp_path: Path,
    make_wheel: WheelMaker,
    wheels: list[tuple[str, dict[str, str]]],
    words: str,
) -> None:
    """What pip would not install is refused, and nothing is left at the output."""
    made = [make_wheel(name, **options) for name, options in wheels]
    with pytest.raises(Refused, match=words):
        build.build(newest.executable, made, tmp_path / "env", store=store)
    assert not (tmp_path / "env").exists()


def test_satisfied(
    newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker
) -> None:
    """A dependency that is there, under any spelling, or only for an extra, is fine."""
    lines = [
        "Requires-Dist: Q.r[x] (>=1,<2) ; python_version > '2'",
        "Requires-Dist: z; extra == 'z'",
    ]
    wheels = [make_wheel("p", metadata=lines), make_wheel("q_r", version="1.5")]
    build.build(newest.executable, wheels, tmp_path / "env", store=store)
