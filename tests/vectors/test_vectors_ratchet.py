"""`ratchet-v1.json` is what docs/spec/link.md, section 11, promises: one step with every value, remade here and kept.

The derivation is made a second time by a library that is not ours; the ciphertext is kept, as it is random.
"""

import hmac
import json
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coupefeu.keys import mlkem
from coupefeu.keys.generations import confirmation, derive_next
from coupefeu.wire.packet import RatchetAnswer, RatchetOffer, RatchetProof, decode_items, encode_items
from coupefeu.wire.ratchet import transcript

KEPT = json.loads(Path(__file__).with_name("ratchet-v1.json").read_text("utf-8"))
NUMBER = KEPT["number"]


def kept(name):
    return bytes.fromhex(KEPT[name])


def made():
    offer = RatchetOffer(NUMBER, mlkem.public(kept("ml_kem_seed")))
    ciphertext = kept("ciphertext")
    secret = mlkem.decapsulate(kept("ml_kem_seed"), ciphertext)
    bound = transcript(offer, ciphertext)
    psk = derive_next(
        kept("base_psk"),
        secret=secret,
        handshake_hash=kept("handshake_hash"),
        line_id=kept("line_id"),
        number=NUMBER,
        transcript=bound,
    )
    macs = [confirmation(psk, line_id=kept("line_id"), number=NUMBER, role=role) for role in (b"R2", b"R3")]
    steps = (offer, RatchetAnswer(NUMBER, ciphertext, macs[0]), RatchetProof(NUMBER, macs[1]))
    return {
        "ml_kem_public": offer.key.hex(),
        "ml_kem_secret": secret.hex(),
        "transcript": bound.hex(),
        "psk": psk.hex(),
        "mac_r2": macs[0].hex(),
        "mac_r3": macs[1].hex(),
        **{f"r{place}": encode_items([step]).hex() for place, step in enumerate(steps, 1)},
    }


def test_everything_kept_is_remade_to_the_byte():
    assert {name: KEPT[name] for name in made()} == made()


def test_steps_are_read_as_they_were_meant():
    for name in ("r1", "r2", "r3"):
        (step,) = decode_items(kept(name))
        assert step.number == NUMBER
        assert encode_items([step]) == kept(name)


def test_another_library_derives_the_same():
    number = NUMBER.to_bytes(8, "big")
    bound = sha256(number + kept("ml_kem_public") + kept("ciphertext")).digest()
    info = b"coupefeu/link/psk/v1" + kept("line_id") + number + bound
    psk = HKDF(hashes.SHA256(), 32, kept("base_psk"), info).derive(
        kept("ml_kem_secret") + kept("handshake_hash")
    )
    assert psk == kept("psk")
    key = HKDF(hashes.SHA256(), 32, None, b"coupefeu/link/ratchet/v1" + kept("line_id")).derive(psk)
    assert hmac.digest(key, b"R2" + number, "sha256") == kept("mac_r2")
    assert hmac.digest(key, b"R3" + number, "sha256") == kept("mac_r3")
