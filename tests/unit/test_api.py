"""What `import coupefeu` gives: every public name, and nothing loaded before it is used."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import coupefeu


@pytest.mark.parametrize("name", coupefeu.__all__)
def test_every_public_name_is_there_and_described(name):
    public = getattr(coupefeu, name)
    members = vars(public).items() if inspect.isclass(public) else ()
    methods = {key: each for key, each in members if inspect.isfunction(each) and not key.startswith("_")}
    for said, each in {name: public, **methods}.items():
        assert each.__doc__, said
        assert not each.__doc__.startswith(f"{said}("), "a dataclass's own words describe nothing"


@pytest.mark.parametrize("name", ["Node", "LineTo", "Sent", "Receipt", "Events"])
def test_what_a_program_holds_is_typed(name):
    public = getattr(coupefeu, name)
    for key, each in vars(public).items():
        if inspect.isfunction(each) and not key.startswith("_"):
            assert "return" in each.__annotations__, key
    assert (Path(coupefeu.__file__).parent / "py.typed").exists()


def test_what_is_not_public_is_not_there():
    with pytest.raises(AttributeError, match="Writer"):
        coupefeu.Writer  # noqa: B018 - looking is the test


def test_there_is_one_way_to_follow_a_node():
    assert coupefeu.Node.events
    assert not hasattr(coupefeu.Node, "follow")


def test_importing_loads_nothing_that_was_not_asked_for():
    ask = "import coupefeu, sys; print([name for name in sys.modules if name.startswith('coupefeu.')])"
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True).stdout == b"[]\n"
