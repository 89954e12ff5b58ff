"""What belongs together, and with which interpreter, as PEP 425, 440 and 508 say."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.markers import Marker, default_environment
from packaging.specifiers import SpecifierSet
from packaging.tags import cpython_tags
from packaging.version import Version

from reference import build, requirements
from reference.errors import BuildError, Refused
from reference.interpreter import Interpreter
from reference.packages import Package
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


STAGES = [
    "", ".dev1", "a", "a1", "a2", "alpha3", "b1", "beta1", "c1", "rc", "rc0", "rc1", "rc2", ".post",
    ".post0", ".post1", ".post2",
]  # fmt: skip
STAGED = st.builds("{}{}{}".format, st.sampled_from(["", "1!", "v"]), VERSIONS,
                   st.sampled_from(STAGES))  # fmt: skip


@given(STAGED, st.sampled_from(STAGES), st.sampled_from([">=", "<="]))
@settings(max_examples=400, deadline=None)
def test_stages(version: str, stage: str, operator: str) -> None:
    """Versions have the order of `packaging`, before and after each release."""
    wanted = re.split("[a-z.]*[a-z]", version.lstrip("v"))[0] + stage
    expected = {
        ">=": Version(version) >= Version(wanted),
        "<=": Version(version) <= Version(wanted),
    }
    assert requirements.matches(version, f" ( {operator} {wanted} , ) ") is expected[operator]


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
        ("1.0", ">=1.0.post0"), ("1.0", ">=1.0.post"), ("1.0", "===1.0"), ("1.0.0", "===1.0"),
        ("2.1.3", "==2.1.*"), ("2.1.3", "!=2.1.*"),
        ("2.10", "==2.1.*"), ("2.10", "!=2.1.*"), ("2.1", "==2.1.0.*"), ("2", "~=2.0"),
        ("3", "~=2.0"),
    ],
)  # fmt: skip
def test_epochs_and_local_versions(version: str, specifiers: str) -> None:
    """An epoch outweighs a release, and a local version counts where one is asked for."""
    assert requirements.matches(version, specifiers) is SpecifierSet(specifiers).contains(version)


def test_not_a_specifier() -> None:
    """What is not a specifier is an error that quotes it."""
    with pytest.raises(BuildError, match="'three' is not a version specifier"):
        requirements.matches("1.0", "three")
    with pytest.raises(BuildError, match="'x' is not a version"):
        requirements.matches("1.0", ">=x")


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


def test_each_variable_of_a_marker(base: Interpreter) -> None:
    """Every name that PEP 508 has is the interpreter's, or the system's."""
    own, full = os.uname(), base.full_version
    values = {
        "python_version": base.minor, "python_full_version": full, "implementation_version": full,
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
        "os_name": "posix", "platform_system": "Linux", "platform_machine": own.machine,
        "platform_release": own.release, "extra": "",
        "sys_platform": "linux2" if base.version[0] == 2 else "linux",
    }  # fmt: skip
    for name, value in values.items():
        assert requirements.evaluate(f"{name} == '{value}'", base), name
        assert not requirements.evaluate(f'"X" == {name}', base), name
    assert requirements.evaluate(f"'{own.version[:5]}' in platform_version", base)
    assert not requirements.evaluate("extra == 'X'", base)


def test_not_a_marker(newest: Interpreter) -> None:
    """What is not a marker is an error that quotes it."""
    for marker in ("os_name", "os_name == 'x' and", "(os_name == 'x'"):
        told = re.escape(f"the marker {marker!r} cannot be read")
        with pytest.raises(BuildError, match=told):
            requirements.evaluate(f" {marker} ", newest)


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


def package(name: str, version: str = "1.0", **facts: object) -> Package:
    """A package of no files."""
    facts = {"origin": f"{name}.whl", "requires": [], "requires_python": "", **facts}
    return Package(name, version, folder="/none", files={}, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("packages", "words"),
    [
        ([package("p"), package("P", "2")],
         "two versions of one distribution: p 1.0 (p.whl) and P 2 (P.whl)"),
        ([package("p"), package("p", origin="q")],
         "two wheels of one distribution: p 1.0 (p.whl) and p 1.0 (q)"),
        ([package("p", tag="cp27-none-win32")],
         "p 1.0 (p.whl): its tag is not one of CPython {version}'s"),
        ([package("p", requires_python="<3")],
         "p 1.0 (p.whl): requires Python <3, and this is {version}"),
        ([package("p", requires_python="!={version}")],
         "p 1.0 (p.whl): requires Python !={version}, and this is {version}"),
        ([package("p", requires=["z; extra == 'z'", "Q_r"])],
         "p 1.0 (p.whl): requires Q_r, which is not among the packages"),
        ([package("p", requires=["q; os_name == 'posix'"])],
         "p 1.0 (p.whl): requires q, which is not among the packages"),
        ([package("p", requires=[" q [x] >= 2 ; os_name == 'posix'"]), package("q")],
         "p 1.0 (p.whl): requires q [x] >= 2, and it would get q 1.0 (q.whl)"),
        ([package("q"), package("p", requires=["q(>=2)"])],
         "p 1.0 (p.whl): requires q(>=2), and it would get q 1.0 (q.whl)"),
    ],
)  # fmt: skip
def test_reasons(newest: Interpreter, packages: list[Package], words: str) -> None:
    """A refusal says who asks for what, and what is there instead."""
    version = newest.full_version
    told = [
        dataclasses.replace(one, requires_python=one.requires_python.format(version=version))
        for one in packages
    ]
    with pytest.raises(Refused) as caught:
        requirements.check(told, newest)
    assert str(caught.value) == words.format(version=version)


def test_fine(newest: Interpreter) -> None:
    """The same wheel twice, a requirement by address and this very version are no reason."""
    asks = package("p", requires=["q @ https://example.org/q.whl", "Q.Q", "q-q[a,b]>=1.0"])
    exact = package("r", requires_python=f"=={newest.full_version}", tag="py3-none-any")
    requirements.check([asks, asks, package("q"), package("q_q"), exact], newest)


@pytest.mark.parametrize("line", ["", "@ x", "[x] q"])
def test_not_a_requirement(newest: Interpreter, line: str) -> None:
    """What is not a requirement is an error that quotes it."""
    told = re.escape(f"p 1.0 (p.whl): {line!r} is not a requirement")
    with pytest.raises(BuildError, match=told):
        requirements.check([package("p", requires=[line])], newest)


@pytest.mark.parametrize("line", ["q q", "q [", "q (x)", "q >=", "q >=1,<"])
def test_not_a_version_specifier(newest: Interpreter, line: str) -> None:
    """What is not a specifier behind a name is an error, not a version that is missing."""
    with pytest.raises(BuildError, match="is not a version specifier"):
        requirements.check([package("q"), package("p", requires=[line])], newest)


def test_limits_of_tags(newest: Interpreter) -> None:
    """What fits ends with this version of Python and of glibc, and the stable ABI without a GIL."""
    python = dataclasses.replace(newest, version=(3, 12, 1), abiflags="", glibc=[2, 36])
    free = dataclasses.replace(python, version=(3, 13, 0), abiflags="t")
    linux = python.platform.removeprefix("linux_")
    for tag, fits, fits_free in (
        ("py312-none-any", True, True),
        ("py313-none-any", False, True),
        ("py314-none-any", False, False),
        ("cp312-abi3-any", True, False),
        ("cp313-abi3-any", False, False),
        ("cp313-cp313t-any", False, True),
        (f"py3-none-manylinux_2_36_{linux}", True, True),
        (f"py3-none-manylinux_2_37_{linux}", False, False),
        (f"py3-none-manylinux_1_99_{linux}", True, True),
    ):
        assert requirements.fits(tag, python) is fits, tag
        assert requirements.fits(tag, free) is fits_free, tag
    old = dataclasses.replace(python, version=(2, 7, 18), wide_unicode=True)
    for tag in ("cp27-cp27mu-any", "cp27-none-any", "py2.py3-none-any"):
        assert requirements.fits(tag, old), tag
    for tag in ("cp27-cp27m-any", "cp27-abi3-any", "cp2-abi3-any", "py3-none-any"):
        assert not requirements.fits(tag, old), tag
    assert requirements.fits("cp27-cp27m-any", dataclasses.replace(old, wide_unicode=False))


def test_first_post_release() -> None:
    """The post-release with the number zero is not the release."""
    assert not requirements.matches("1.0.post0", "==1.0")
    assert not requirements.matches("1.0", ">=1.0.post0")
    assert requirements.matches("1.0.post0", "==1.0.post")


def test_letters_around_specifiers() -> None:
    """Parentheses and blanks may stand around specifiers, and nothing else."""
    assert requirements.matches("1.0", " (>=1) ")
    with pytest.raises(BuildError, match="'X>=1' is not a version specifier"):
        requirements.matches("1.0", "X>=1")
