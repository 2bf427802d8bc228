"""What is signed and shown, good and bad: each bad one is refused for the reason that is kept beside it."""

import json
from pathlib import Path

import pytest
from tests.vectors.test_vectors_record import COSIGNER, HASHES, HOLDER, KEPT, LEAVES, LOG, RUN_ROOT

from coupefeu.errors import CoupefeuError
from coupefeu.keys.notes import verify_signature
from coupefeu.record.disclosure import Disclosure, parse_index
from coupefeu.record.evidence import audit_proof
from coupefeu.record.leaf import check_leaf
from coupefeu.record.signatures import verify_checkpoint_note
from coupefeu.wire import tiles
from coupefeu.wire.note import parse_note
from coupefeu.wire.run import Run

ROOT = Path(__file__).parents[2]
ITEMS = json.loads(Path(__file__).with_name("statements-v1.json").read_text("utf-8"))["items"]
BODY = bytes.fromhex(KEPT["entries"][1]["body"])


def read_checkpoint(octets):
    assert verify_checkpoint_note(octets, LOG.vkey, [COSIGNER.vkey]).checkpoint.size == len(HASHES)


def read_run(octets):
    note = parse_note(octets)
    assert Run.parse(note.text) == Run(LOG.name, 1, 2, RUN_ROOT)
    for key, line in zip((LOG.vkey, HOLDER.vkey), note.signatures, strict=True):
        verify_signature(key, note.text, line)


def read_proof(octets):
    assert audit_proof(LEAVES[1], octets, BODY, LOG.vkey, [COSIGNER.vkey]).body == BODY


def read_bundle(octets):
    leaves = tiles.parse_bundle(octets)
    for leaf in leaves:
        check_leaf(leaf)
    assert leaves == LEAVES


def read_index(octets):
    assert parse_index(octets, LOG.name, len(HASHES)) == [(0, 3)]


def read_disclosure(octets):
    Disclosure.from_bytes(octets).verify(LOG.name, LEAVES[1])


READERS = {
    "checkpoint": read_checkpoint,
    "run": read_run,
    "proof": read_proof,
    "bundle": read_bundle,
    "index": read_index,
    "disclosure": read_disclosure,
}
TEXTS = {"checkpoint", "run", "proof", "index"}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['format']}: {item['what'] or 'good'}")
def test_each_is_read_or_refused_for_its_reason(item):
    octets = item["octets"].encode() if item["format"] in TEXTS else bytes.fromhex(item["octets"])
    if not item["reason"]:
        READERS[item["format"]](octets)
        return
    with pytest.raises(CoupefeuError) as refused:
        READERS[item["format"]](octets)
    assert refused.value.code == item["reason"]
    assert refused.value.hint


def test_every_format_has_good_and_bad_ones_with_a_section():
    for name in READERS:
        reasons = [bool(item["reason"]) for item in ITEMS if item["format"] == name]
        assert True in reasons
        assert False in reasons
    for item in ITEMS:
        page, number = item["section"].split(" ")
        assert f"\n## {number}. " in (ROOT / "docs" / "spec" / page).read_text("utf-8")
