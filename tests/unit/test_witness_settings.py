"""Which witnesses a node asks: what agreement and node.toml may say of them."""

import pytest
from tests.pairs import make_terms, pair_two

from coupefeu.errors import ConfigError, PeerError
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.witness_settings import WitnessSettings, read_witnesses
from coupefeu.testing.witness_contract import ContractLog
from coupefeu.wire.agreement import parse_agreement, parse_terms
from coupefeu.wire.note import COSIGNATURE, ML_DSA_44, VerifierKey

KEY = VerifierKey.of("neutral/1", COSIGNATURE, ContractLog("neutral/1").vkeys[0].key)
ML_DSA = VerifierKey.of("neutral/1", ML_DSA_44, ContractLog("neutral/1").vkeys[1].key)
OTHER = VerifierKey.of("other/1", COSIGNATURE, ContractLog("other/1").vkeys[0].key)
AGREED = f'\n[[witnesses]]\nname = "neutral"\nkey = "{KEY.text()}"\nml_dsa = "{ML_DSA.text()}"\n'


def terms(more=AGREED):
    return parse_terms(make_terms() + more.encode())


def test_an_agreement_may_name_witnesses():
    (witness,) = terms().witnesses
    assert (witness.name, witness.key, witness.ml_dsa) == ("neutral", KEY.text(), ML_DSA.text())
    assert terms("").witnesses == ()


@pytest.mark.parametrize(
    "more",
    [
        AGREED.replace('name = "neutral"\n', ""),
        AGREED.replace(f'key = "{KEY.text()}"\n', ""),
        AGREED.replace("neutral", "us", 1),
        AGREED.replace("neutral", "Neutral", 1),
        AGREED + AGREED,
        AGREED + AGREED.replace('"neutral"', '"second"'),
        AGREED.replace(f'"{KEY.text()}"', f'"{ML_DSA.text()}"', 1),
        AGREED.replace(f'ml_dsa = "{ML_DSA.text()}"', f'ml_dsa = "{KEY.text()}"'),
        AGREED.replace(KEY.text(), OTHER.text(), 1),
        AGREED.replace(KEY.text(), "neutral/1+00000000+BAAA", 1),
        AGREED + 'url = "https://witness.example"\n',
    ],
    ids=str,
)
def test_an_agreement_that_names_a_witness_wrongly_is_refused(more):
    with pytest.raises(PeerError, match=r"wire\.toml\."):
        terms(more)


def read(tmp_path, *rows, more=AGREED):
    return read_witnesses(tmp_path, terms(more), rows)


def test_an_agreed_witness_needs_an_address_alone(tmp_path):
    (found,) = read(tmp_path, {"name": "neutral", "url": "https://witness.example/"})
    assert found == WitnessSettings(
        name="neutral", url="https://witness.example", keys=(KEY, ML_DSA), every_s=60
    )


def test_a_node_may_choose_another_beside_it_or_other_keys_instead(tmp_path):
    (tmp_path / "other.vkey").write_text(f"{OTHER.text()}\n")
    chosen = {"name": "ours", "url": "http://127.0.0.1:1", "key": "other.vkey", "every": "10s"}
    instead = {"name": "neutral", "url": "http://127.0.0.1:2", "key": KEY.text()}
    first, second = read(tmp_path, chosen, instead)
    assert (first.keys, first.every_s) == ((OTHER,), 10)
    assert second.keys == (KEY,)
    assert read_witnesses(tmp_path, terms(), None) == ()


GOOD = {"name": "ours", "url": "http://127.0.0.1:1", "key": OTHER.text()}


@pytest.mark.parametrize(
    "rows",
    [
        [GOOD, GOOD],
        [GOOD, GOOD | {"name": "again"}],
        [GOOD | {"name": "x y"}],
        [GOOD | {"url": "ftp://x"}],
        [GOOD | {"every": "1s"}],
        [GOOD | {"every": "2d"}],
        [GOOD | {"every": "soon"}],
        [GOOD | {"every": 60}],
        [GOOD | {"key": "no-such-file"}],
        [GOOD | {"key": ML_DSA.text()}],
        [GOOD | {"ml_dsa": OTHER.text()}],
        [GOOD | {"ml_dsa": ML_DSA.text()}],
        [GOOD | {"unknown": "x"}],
        [{"name": "ours", "url": "http://127.0.0.1:1"}],
        [{"name": "ours", "url": "http://127.0.0.1:1", "ml_dsa": ML_DSA.text()}],
        [{"url": "http://127.0.0.1:1"}],
        [{"name": "neutral"}],
        ["neutral"],
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused_and_named(tmp_path, rows):
    with pytest.raises(ConfigError, match=r"node\.(witnesses\.bad_value|exchange\.url)"):
        read(tmp_path, *rows)


def test_a_node_keeps_its_witnesses_where_its_file_is_written_anew(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    rows = [GOOD, GOOD | {"name": "second", "key": KEY.text()}]
    write_node_file(
        us.path, party="us", listen=us.listen, address=us.address, peers=us.peers, tables={"witnesses": rows}
    )
    assert NodeFolder.open(us.path).witnesses == rows


def test_node_toml_with_one_table_where_a_list_stands_is_refused(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    with (us.path / "node.toml").open("a") as file:
        file.write('\n[witnesses]\nname = "neutral"\n')
    with pytest.raises(ConfigError, match="witnesses is not list"):
        NodeFolder.open(us.path)


def test_an_agreed_witness_has_no_party_key():
    _, _, paired = pair_two()
    key = VerifierKey.of("neutral/1", COSIGNATURE, paired.signed.agreement.keys_of("us").cosigner)
    section = f'[[witnesses]]\nname = "neutral"\nkey = "{key.text()}"\n'
    octets = paired.signed.octets.replace(
        b"# Written by pairing", section.encode() + b"\n# Written by pairing"
    )
    with pytest.raises(PeerError, match="one key stands in two places"):
        parse_agreement(octets)
