"""Our witness, over real HTTP, by the suite that every tlog-witness must pass."""

import pytest
from tests.witnesses import serving

from coupefeu.testing import witness_contract
from coupefeu.testing.witness_contract import CHECKS, DRAFT_CHECKS, check_witness, trusted_keys


@pytest.fixture(scope="module")
def witness(tmp_path_factory):
    folder = tmp_path_factory.mktemp("witness")
    with serving(folder, trusted_keys()) as (url, witness):
        yield url, (witness.keys.ed25519.vkey, witness.keys.ml_dsa.vkey)


@pytest.mark.parametrize("check", [*CHECKS, *DRAFT_CHECKS], ids=lambda check: check.__name__)
def test_contract(witness, check):
    check_witness(check, *witness)


def test_the_suite_can_be_run_by_anyone(tmp_path, capsys):
    assert witness_contract.main([]) == 0
    keys = tmp_path / "keys"
    keys.write_text(capsys.readouterr().out)
    with serving(tmp_path / "witness", [str(keys)]) as (url, witness):
        vkeys = [witness.keys.ed25519.vkey.text(), witness.keys.ml_dsa.vkey.text()]
        assert witness_contract.main([url, *vkeys]) == 0
        assert "NOT PASSED" not in capsys.readouterr().out
        assert witness_contract.main([url, *vkeys]) == 1, "its logs are not at size 0 any more"
        assert "NOT PASSED" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["http://127.0.0.1:1"], ["witness.example", "key"]])
def test_the_suite_says_how_to_call_it(words, capsys):
    assert witness_contract.main(words) == 2
    assert "URL VKEY..." in capsys.readouterr().err
