"""What `coupefeu witness` takes, and what it gives of forks."""

import json

import pytest
from typer.testing import CliRunner

from coupefeu.cli import witness
from coupefeu.cli.main import make_app
from coupefeu.node.witness.opening import open_witness
from coupefeu.testing.witness_contract import ContractLog


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


LOG = ContractLog("a/log")
OTHER = ContractLog(LOG.origin, "other", common=3)


def invoke(*words):
    return CliRunner().invoke(make_app(words[0]), [*map(str, words)])


def forks_of(folder, to):
    result = invoke(
        "witness", "forks", "--folder", folder, "--to", to, "--trust", LOG.vkeys[0].text(), "--json"
    )
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)["forks"]


@pytest.mark.parametrize("is_running", [True, False])
def test_both_checkpoints_of_a_log_that_signed_two_are_given_out_as_a_proof(tmp_path, is_running):
    """Also when the head that was cosigned has moved on."""
    folder, to = tmp_path / "w", tmp_path / "forks"
    with open_witness(folder, [LOG.vkeys[0].text()]) as opened:
        for body in (LOG.request(0, 6), OTHER.request(6, 6), LOG.request(6, 9)):
            opened.witness.settle([opened.witness.check(body)])
        found = forks_of(folder, to) if is_running else None
    found = found or forks_of(folder, to)
    assert found == [{"origin": LOG.origin, "size": 6, "to": str(to / "1"), "proof": True}]
    assert (to / "1" / "cosigned").read_text().startswith(LOG.checkpoint(6).text())
    assert (to / "1" / "other").read_text().startswith(OTHER.checkpoint(6).text())
    verified = invoke("verify", to / "1")
    assert verified.exit_code == 0, verified.output + repr(verified.exception)
    assert "the same size cannot have two roots" in " ".join(verified.output.split())


def test_a_witness_that_saw_no_fork_writes_nothing(tmp_path):
    with open_witness(tmp_path / "w", [LOG.vkeys[0].text()]) as opened:
        opened.witness.settle([opened.witness.check(LOG.request(0, 6))])
    assert forks_of(tmp_path / "w", tmp_path / "forks") == []
    assert not (tmp_path / "forks").exists()
