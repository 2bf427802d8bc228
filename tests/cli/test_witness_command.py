"""What `coupefeu witness serve` takes."""

import pytest
from typer.testing import CliRunner

from coupefeu.cli import witness
from coupefeu.cli.main import make_app


class TakenError(Exception):
    """Stands for the witness that would now be opened."""


@pytest.mark.parametrize(
    "words",
    [
        ("--trust", "a", "--trust", "b", "--trust", "c"),
        ("--trust", "a", "b", "c"),
        ("--trust", "a", "b", "--trust", "c"),
    ],
)
def test_keys_may_follow_one_another_or_come_each_by_its_option(words, monkeypatch, tmp_path):
    def take(folder, trust, *, name):
        raise TakenError(sorted(trust))

    monkeypatch.setattr(witness, "open_witness", take)
    shown = ["witness", "serve", "--folder", str(tmp_path), "--listen", "127.0.0.1:0", *words]
    result = CliRunner().invoke(make_app(), shown)
    assert isinstance(result.exception, TakenError), result.output
    assert result.exception.args[0] == ["a", "b", "c"]
