"""Checkpoints signed once more with ML-DSA-44, type 0x06: messages, keys and notes, good and bad with the reason."""

import json
from pathlib import Path

import pytest

from coupefeu.errors import CoupefeuError
from coupefeu.keys.notes import LogSigner, MlDsaSigner
from coupefeu.record.signatures import verify_checkpoint_note
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import VerifierKey

KEPT = json.loads(Path(__file__).with_name("signed-again-v1.json").read_text("utf-8"))
CHECKPOINT = Checkpoint.parse(KEPT["checkpoint"])
LOG = LogSigner(CHECKPOINT.origin, bytes.fromhex(KEPT["log_ed25519_private"]))
SIGNERS = [MlDsaSigner(each["name"], bytes.fromhex(each["seed"])) for each in KEPT["signers"]]


@pytest.mark.parametrize("number", [0, 1])
def test_each_message_key_and_id_is_the_one_published(number):
    kept, signer = KEPT["signers"][number], SIGNERS[number]
    message = cosignature.subtree_message(
        signer.name, CHECKPOINT.origin, CHECKPOINT.size, CHECKPOINT.root, kept["time_s"]
    )
    assert message.hex() == kept["message"]
    assert signer.vkey.text() == kept["vkey"]
    assert signer.vkey.key_id.hex() == kept["key_id"]
    assert VerifierKey.parse(kept["vkey"]) == signer.vkey


@pytest.mark.parametrize("item", KEPT["notes"], ids=[each["what"] for each in KEPT["notes"]])
def test_notes(item):
    octets, keys = item["note"].encode(), [signer.vkey for signer in SIGNERS]
    if not item["reason"]:
        signed = verify_checkpoint_note(octets, LOG.vkey, (), keys)
        assert signed.checkpoint == CHECKPOINT
        assert signed.is_post_quantum is item["covered"]
        return
    with pytest.raises(CoupefeuError) as refused:
        verify_checkpoint_note(octets, LOG.vkey, (), keys)
    assert refused.value.code == item["reason"]
