"""`pip-prefix` is what `pip install --prefix` leaves, with the base's programs beside it."""

from __future__ import annotations

from tests.builders.conftest import Bench


def test_what_it_is(bench: Bench) -> None:
    """The packages lie in the prefix, and no Python that is started there looks for them."""
    made = bench.build("pip-prefix", bench.greeter)
    assert "share/greeter/words" in " ".join(made.files)
    assert made.says("import sys; print(sys.prefix)") == str(bench.newest.prefix)
    outcome = made.run(made.environment.scripts / "greet")
    assert outcome.exit == 1
    assert "greeter" in outcome.stderr
    first = (made.folder / "out/env/bin/greet").read_text().splitlines()[0]
    assert first == f"#!{bench.newest.executable}"


def test_the_oldest(bench: Bench) -> None:
    """Python 2.7's own pip does it as well."""
    made = bench.build("pip-prefix", bench.greeter, python=bench.interpreter("2.7"))
    assert made.environment.site == made.environment.prefix / "lib/python2.7/site-packages"
    assert "greeter.py" in " ".join(made.files)


def test_debian(bench: Bench) -> None:
    """Debian's pip installs below `local`, and that is where a cell looks."""
    for debian in (one for one in bench.plan.found if one.debian_layout):
        made = bench.build("pip-prefix", bench.greeter, python=debian)
        assert made.run("test", "-x", made.environment.scripts / "greet").exit == 0
