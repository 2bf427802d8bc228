"""Which keys of a party count for what: the newest, those it replaced, and one that it revoked."""

from hashlib import sha256

import pytest

from coupefeu.errors import VerificationError
from coupefeu.keys import ed25519
from coupefeu.keys.agreement_signatures import sign_key_statement
from coupefeu.keys.notes import LogSigner
from coupefeu.record.statements import (
    cosign_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)
from coupefeu.services.agreement.facts import RecordKeyStatement
from coupefeu.store.line import make_parties
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.line import identity_of, make_agreement, make_line, private_key
from coupefeu.wire.key_statement import KeyRole, KeyStatement, encode_key_statement

AGREEMENT = make_agreement()
ORIGIN = AGREEMENT.origin("us")
ROOT = sha256(b"root").digest()
OLD, NEW, NEXT = (private_key("us", name) for name in ("log", "log 2", "log 3"))


def statement(number=1, *, role=KeyRole.LOG, old=OLD, new=NEW, size=10):
    return KeyStatement(
        line_id=AGREEMENT.line_id,
        party="us",
        number=number,
        role=role,
        old_key=ed25519.public(old),
        new_key=None if new is None else ed25519.public(new),
        size=size,
        root=ROOT,
    )


def party_after(*statements):
    return make_parties(AGREEMENT, statements)[0]


def verify_at(party, private, size):
    """Verify a checkpoint of `size` that `private` has signed."""
    signature = sign_checkpoint(LogSigner(ORIGIN, private), size, ROOT)
    party.verify_log_at(size, lambda key: verify_checkpoint(key, size, ROOT, signature))


def test_a_replaced_key_counts_up_to_the_size_named_and_its_successor_always():
    party = party_after(statement(), statement(2, old=NEW, new=NEXT, size=20))
    for private, sizes in ((OLD, (1, 10)), (NEW, (1, 10, 11, 20)), (NEXT, (1, 10, 20, 21))):
        for size in sizes:
            verify_at(party, private, size)
    for private, size in ((OLD, 11), (NEW, 21)):
        with pytest.raises(VerificationError, match="good up to size") as caught:
            verify_at(party, private, size)
        assert caught.value.code == "store.line.old_key"
    with pytest.raises(VerificationError) as caught:
        verify_at(party, private_key("ru", "log"), 5)
    assert caught.value.code != "store.line.old_key"


def test_a_revoked_key_counts_for_what_it_signed_and_for_nothing_more():
    party = party_after(statement(new=None))
    assert party.is_revoked(KeyRole.LOG)
    assert not party.is_revoked(KeyRole.COSIGNER)
    verify_at(party, OLD, 10)
    with pytest.raises(VerificationError, match="good up to size 10"):
        verify_at(party, OLD, 11)


def test_a_receipt_that_comes_now_is_by_the_newest_key_and_one_held_is_found_by_any():
    line = make_line(AGREEMENT, "us")
    old = private_key("us", "cosigner")
    party = party_after(statement(role=KeyRole.COSIGNER, old=old))
    signature = cosign_checkpoint(line.cosigner, ORIGIN, 5, ROOT, 1_000)

    def verify(key):
        verify_cosignature(key, ORIGIN, 5, ROOT, 1_000, signature)

    with pytest.raises(VerificationError, match="replaced or revoked"):
        party.verify_now(KeyRole.COSIGNER, verify)
    assert party.find_signer(KeyRole.COSIGNER, verify) == line.cosigner.vkey
    make_parties(AGREEMENT, ())[0].verify_now(KeyRole.COSIGNER, verify)


def replace_log_key(node, size):
    signed = sign_key_statement(identity_of("us"), statement(size=size), NEW)
    node.act(RecordKeyStatement(body=encode_key_statement(signed)))


def test_who_still_signs_with_the_old_key_is_refused_and_it_is_said(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.us.say("before")
    nodes.run(seconds=2)
    replace_log_key(nodes.us, nodes.us.keeper.states[0].size)
    nodes.run(seconds=2)
    assert nodes.ru.keeper.states[0].complete == nodes.us.keeper.states[0].size
    nodes.us.say("by whoever holds the old key")
    nodes.run(seconds=2)
    assert nodes.ru.texts() == ["before"]
    assert "store.line.old_key" in {getattr(change, "code", "") for change in nodes.ru.changes}

    signer = LogSigner(ORIGIN, NEW)
    nodes.us.keeper.sign_with(signer, nodes.us.keeper.line.cosigner)
    nodes.us.engine.peers[1].sealer.sign_with(signer)
    nodes.run(seconds=40)
    assert nodes.ru.texts() == ["before", "by whoever holds the old key"]
    assert nodes.us.engine.peers[1].cosigned == nodes.us.keeper.states[0].size


def test_a_key_outlives_a_restart_of_the_other_side_and_what_was_signed_before_stands(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.us.say("before")
    nodes.run(seconds=2)
    held = nodes.ru.keeper.states[0].size
    replace_log_key(nodes.us, held)
    nodes.run(seconds=2)
    nodes.ru.stop()
    nodes.ru.start()
    assert nodes.ru.keeper.line.parties[0].log_key.key == ed25519.public(NEW)
    assert nodes.ru.keeper.states[0].size == held + 1
    assert nodes.ru.texts() == ["before"]
