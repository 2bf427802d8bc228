"""The vector of docs/spec/agreement.md: two cards from known keys, and all that follows from them."""

from hashlib import sha256
from pathlib import Path

import pytest

from coupefeu.keys.agreement_signatures import agreement_note
from coupefeu.keys.pairing import derive_line_id, derive_psk, derive_recovery_psk, make_card, pairing_words
from coupefeu.keys.ring import IdentityKey, KeyRing
from coupefeu.wire.card import encode_card

SPEC = (Path(__file__).parents[2] / "docs" / "spec" / "agreement.md").read_text("utf-8")


def known_card(party: str, start: int):
    identity, ml_dsa, log, cosigner, session, share = (bytes([start + place]) * 32 for place in range(6))
    ring = KeyRing(
        identity=IdentityKey(ed25519_private=identity, ml_dsa_seed=ml_dsa),
        log=log,
        cosigner=cosigner,
        session=session,
        log_mldsa=bytes([start + 7]) * 32,
        cosigner_mldsa=bytes([start + 8]) * 32,
    )
    address = f"{party}.example:7420"
    return make_card(ring, party=party, address=address, nonce=bytes([start + 6]) * 16, share=share)


US, RU = known_card("us", 1), known_card("ru", 17)
LINE_ID = derive_line_id((US, RU))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("card us", sha256(encode_card(US)).hexdigest()),
        ("card ru", sha256(encode_card(RU)).hexdigest()),
        ("line id", LINE_ID.hex()),
        ("words", " ".join(pairing_words((US, RU)))),
        ("psk", derive_psk(US, RU, LINE_ID).hex()),
        ("recovery", derive_recovery_psk(US, RU, LINE_ID).hex()),
        ("note", sha256(agreement_note(LINE_ID, 1, sha256(b"terms\n").digest())).hexdigest()),
    ],
)
def test_the_published_vector_holds(name, value):
    assert f"{name:<8} {value}\n" in SPEC
