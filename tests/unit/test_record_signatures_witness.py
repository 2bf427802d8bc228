"""Who may be a witness of a checkpoint: somebody else than its log and its holders, under keys of his own."""

import pytest

from coupefeu.errors import VerificationError
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.record.signatures import split_cosigners, verify_checkpoint_note, witnessed_sentences
from coupefeu.record.statements import checkpoint_note
from coupefeu.testing.witness_contract import ContractLog
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.cosignature import unpack
from coupefeu.wire.note import COSIGNATURE, VerifierKey

LOG = LogSigner("line/us/1", bytes(range(32)))
HOLDER = CosignSigner("line/ru/1/cosigner", bytes(range(1, 33)))
WITNESS = CosignSigner("witness/1", bytes(range(2, 34)))
AGAIN = ContractLog("witness/1").ml_dsa
HEAD = Checkpoint("line/us/1", 7, bytes(32))


def note():
    lines = [(signer.vkey, 9, signer.cosign_raw(HEAD.text(), 9)) for signer in (HOLDER, WITNESS)]
    lines.append((AGAIN.vkey, 9, unpack(AGAIN.cosign(HEAD, 9).blob, 2_420)[1]))
    return checkpoint_note(LOG.vkey, HEAD, LOG.sign_raw(HEAD.text()), lines)


def test_what_a_witness_says_is_told_apart_from_what_a_holder_says():
    signed = verify_checkpoint_note(note(), LOG.vkey, [HOLDER.vkey], (), [WITNESS.vkey, AGAIN.vkey])
    assert [each.key for each in signed.cosigned] == [HOLDER.vkey]
    assert [each.key for each in signed.witnessed] == [WITNESS.vkey, AGAIN.vkey]
    assert not signed.again
    first, second = witnessed_sentences(signed.witnessed, 7)
    assert "It has seen no entry" in first
    assert "ML-DSA-44" in second


def test_a_witness_alone_is_no_receipt():
    signed = verify_checkpoint_note(note(), LOG.vkey, (), (), [WITNESS.vkey])
    assert not signed.is_held_by_others


@pytest.mark.parametrize(
    "keys",
    [
        [WITNESS.vkey, WITNESS.vkey],
        [VerifierKey.of(HOLDER.name, COSIGNATURE, WITNESS.vkey.key)],
        [VerifierKey.of(LOG.name, COSIGNATURE, WITNESS.vkey.key)],
        [VerifierKey.of("other", COSIGNATURE, HOLDER.vkey.key)],
        [VerifierKey.of("other", COSIGNATURE, LOG.vkey.key)],
        [LogSigner("other", bytes(32)).vkey],
    ],
    ids=["twice", "holder's name", "log's name", "holder's key", "log's key", "a log key"],
)
def test_a_witness_that_is_somebody_else_is_refused(keys):
    with pytest.raises(VerificationError, match=r"record\.signatures\.keys"):
        verify_checkpoint_note(note(), LOG.vkey, [HOLDER.vkey], (), keys)


def test_holders_are_known_by_the_names_of_their_keys():
    assert split_cosigners([HOLDER.vkey, WITNESS.vkey, AGAIN.vkey]) == (
        (HOLDER.vkey,),
        (WITNESS.vkey, AGAIN.vkey),
    )
