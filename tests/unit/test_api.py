"""What `import coupefeu` gives: every public name, and nothing loaded before it is used."""

import subprocess
import sys

import pytest

import coupefeu


@pytest.mark.parametrize("name", coupefeu.__all__)
def test_every_public_name_is_there_and_described(name):
    assert getattr(coupefeu, name).__doc__


def test_what_is_not_public_is_not_there():
    with pytest.raises(AttributeError, match="Writer"):
        coupefeu.Writer  # noqa: B018 - looking is the test


def test_importing_loads_nothing_that_was_not_asked_for():
    ask = "import coupefeu, sys; print([name for name in sys.modules if name.startswith('coupefeu.')])"
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True).stdout == b"[]\n"
