"""KKpsk0 against an independent implementation (PyPI noiseprotocol) in both roles, and against a kept vector."""

import json
import random
from pathlib import Path

import pytest
from noise.connection import Keypair, NoiseConnection

from coupefeu.errors import CoupefeuError
from coupefeu.keys import aead, x25519
from coupefeu.link.noise import PROTOCOL_NAME, Acquaintance, Initiator, Responder, nonce_of

KEPT = json.loads((Path(__file__).parent / "noise-kkpsk0.json").read_text())


def acquaintance(prologue, ours, theirs, psk):
    return Acquaintance(
        prologue=prologue,
        our_private=ours,
        our_public=x25519.public(ours),
        their_public=x25519.public(theirs),
        psk=psk,
    )


def stranger(*, initiator, prologue, ours, theirs, psk):
    """The same side of a handshake by noiseprotocol."""
    connection = NoiseConnection.from_name(PROTOCOL_NAME)
    connection.set_as_initiator() if initiator else connection.set_as_responder()
    connection.set_psks(psk)
    connection.set_prologue(prologue)
    connection.set_keypair_from_private_bytes(Keypair.STATIC, ours)
    connection.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, x25519.public(theirs))
    connection.start_handshake()
    return connection


@pytest.mark.parametrize("seed", range(8))
def test_we_begin_and_noiseprotocol_answers(seed):
    draw = random.Random(seed)
    a, b, psk, e, prologue, first, second = (draw.randbytes(32) for _ in range(7))
    ours = Initiator(acquaintance(prologue, a, b, psk), e)
    theirs = stranger(initiator=False, prologue=prologue, ours=b, theirs=a, psk=psk)
    assert bytes(theirs.read_message(ours.write_message_1(first))) == first
    payload, keys = ours.read_message_2(bytes(theirs.write_message(second)))
    assert payload == second
    assert keys.handshake_hash == theirs.get_handshake_hash()
    assert bytes(theirs.decrypt(aead.seal(keys.send, nonce_of(0), b"to them"))) == b"to them"
    assert aead.open_sealed(keys.receive, nonce_of(0), bytes(theirs.encrypt(b"to us"))) == b"to us"


@pytest.mark.parametrize("seed", range(8))
def test_noiseprotocol_begins_and_we_answer(seed):
    draw = random.Random(seed)
    a, b, psk, e, prologue, first, second = (draw.randbytes(32) for _ in range(7))
    theirs = stranger(initiator=True, prologue=prologue, ours=a, theirs=b, psk=psk)
    ours = Responder(acquaintance(prologue, b, a, psk))
    assert ours.read_message_1(bytes(theirs.write_message(first))) == first
    message, keys = ours.write_message_2(e, second)
    assert bytes(theirs.read_message(message)) == second
    assert keys.handshake_hash == theirs.get_handshake_hash()
    assert bytes(theirs.decrypt(aead.seal(keys.send, nonce_of(0), b"to them"))) == b"to them"
    assert aead.open_sealed(keys.receive, nonce_of(0), bytes(theirs.encrypt(b"to us"))) == b"to us"


def test_kept_vector():
    kept = {name: bytes.fromhex(value) for name, value in KEPT.items()}
    ours = Initiator(
        acquaintance(kept["prologue"], kept["init_static"], kept["resp_static"], kept["psk"]),
        kept["init_ephemeral"],
    )
    theirs = Responder(acquaintance(kept["prologue"], kept["resp_static"], kept["init_static"], kept["psk"]))
    message_1 = ours.write_message_1(kept["payload_1"])
    assert message_1 == kept["message_1"]
    assert theirs.read_message_1(message_1) == kept["payload_1"]
    message_2, their_keys = theirs.write_message_2(kept["resp_ephemeral"], kept["payload_2"])
    assert message_2 == kept["message_2"]
    payload, our_keys = ours.read_message_2(message_2)
    assert payload == kept["payload_2"]
    assert our_keys.handshake_hash == their_keys.handshake_hash == kept["handshake_hash"]
    assert (our_keys.send, our_keys.receive) == (their_keys.receive, their_keys.send)
    assert aead.seal(our_keys.send, nonce_of(0), kept["payload_1"]) == kept["first_frame"]


def test_a_false_second_message_leaves_the_handshake_as_it_was():
    a, b, psk, e, f = (bytes([number]) * 32 for number in range(1, 6))
    ours = Initiator(acquaintance(b"p", a, b, psk), e)
    theirs = Responder(acquaintance(b"p", b, a, psk))
    theirs.read_message_1(ours.write_message_1(b""))
    message, _ = theirs.write_message_2(f, b"true")
    for at in range(len(message)):
        with pytest.raises(CoupefeuError):
            ours.read_message_2(message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :])
    assert ours.read_message_2(message)[0] == b"true"


@pytest.mark.parametrize("differs", ["prologue", "psk", "static"])
def test_sides_that_differ_in_anything_do_not_meet(differs):
    a, b, c, psk = (bytes([number]) * 32 for number in range(1, 5))
    ours = Initiator(acquaintance(b"p", a, b, psk), c)
    theirs = Responder(
        acquaintance(
            b"q" if differs == "prologue" else b"p",
            b,
            c if differs == "static" else a,
            bytes(32) if differs == "psk" else psk,
        )
    )
    with pytest.raises(CoupefeuError):
        theirs.read_message_1(ours.write_message_1(b"number"))


def test_a_key_without_secret_is_refused():
    a, b, psk = (bytes([number]) * 32 for number in range(1, 4))
    with pytest.raises(CoupefeuError):
        Responder(acquaintance(b"p", a, b, psk)).read_message_1(bytes(32) + bytes(24))
