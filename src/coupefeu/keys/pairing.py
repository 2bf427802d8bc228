"""Pairing: cards in, words for two voices, an answer out; then answers in, and a line that both can prove.

    cards of all -> words (read aloud) -> answer = agreement + signatures + every key at work on every card
    answers of all -> same agreement, all proofs hold -> PSK per counterpart, signed agreement

Everything here works for two parties or more. Source: protocol A10-A12.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import scrypt, sha256
from typing import Final

from mnemonic import Mnemonic

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.keys import ed25519, mldsa, x25519
from coupefeu.keys.agreement_signatures import (
    SignedAgreement,
    check_party_keys,
    sign_agreement,
    verify_agreement,
)
from coupefeu.keys.kdf import hkdf, hmac_sha256, is_equal
from coupefeu.keys.ring import KeyRing
from coupefeu.model.agreement import PartyKeys
from coupefeu.wire.agreement import join_keys, parse_terms, verify_same
from coupefeu.wire.card import Answer, Card, Possession, ShownKey, encode_card

WORD_COUNT: Final = 12
WORD_BITS: Final = 11
POSSESSION_HEADER: Final = "coupefeu/possession/v1"
_SCRYPT_COST: Final = 1 << 15
_SCRYPT_BLOCK: Final = 8
_WORDS_SALT: Final = b"coupefeu/words/v1"
_PSK_INFO: Final = b"coupefeu/psk/v1"
_RECOVERY_INFO: Final = b"coupefeu/recovery-psk/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """What verified answers give: the agreement signed by all, and whether each card went by hand both ways."""

    signed: SignedAgreement
    in_person: Mapping[str, bool]


def make_card(ring: KeyRing, *, party: str, address: str, nonce: bytes, share: bytes) -> Card:
    """Make our card; `nonce` (16) and `share` (32) are fresh random bytes, used for this line only."""
    identity = ring.need_identity()
    log_ml_dsa, cosigner_ml_dsa = map(mldsa.public_sha256, ring.need_ml_dsa())
    return Card(
        party=party,
        identity=identity.ed25519_public,
        identity_ml_dsa_sha256=identity.ml_dsa_sha256,
        log=ed25519.public(ring.log),
        cosigner=ed25519.public(ring.cosigner),
        session=x25519.public(ring.session),
        nonce=nonce,
        share=share,
        address=address,
        log_ml_dsa_sha256=log_ml_dsa,
        cosigner_ml_dsa_sha256=cosigner_ml_dsa,
    )


def check_card(card: Card) -> None:
    """Refuse a card whose keys prove nothing.

    Raises:
        PeerError: `keys.ed25519.*`, `keys.x25519.*`, `keys.pairing.same_key`.
    """
    check_party_keys(card.identity, card.log, card.cosigner, session=card.session)
    ml_dsa = (card.identity_ml_dsa_sha256, card.log_ml_dsa_sha256, card.cosigner_ml_dsa_sha256)
    if len({card.identity, card.log, card.cosigner, card.session, *ml_dsa}) != 7:
        raise PeerError(
            f"the card of {card.party!r} uses one key twice",
            code="keys.pairing.same_key",
            hint="ask for a new card; identity, log, cosigner and session keys, those of ML-DSA-44 too, are always "
            "distinct",
        )


def pairing_words(cards: Sequence[Card]) -> tuple[str, ...]:
    """Give the twelve words to read aloud: the same for all who hold the same cards, in any order.

    Twelve words are 132 bits, and who forges cards on both sides needs two that meet, about 2^66 trials; scrypt
    (32 MiB each) puts that out of reach.
    """
    digests = b"".join(sorted(sha256(encode_card(card)).digest() for card in cards))
    octets = scrypt(
        digests, salt=_WORDS_SALT, n=_SCRYPT_COST, r=_SCRYPT_BLOCK, p=1, maxmem=1 << 26, dklen=WORD_COUNT * 2
    )
    number = int.from_bytes(octets) >> (8 * len(octets) - WORD_BITS * WORD_COUNT)
    words = word_list()
    return tuple(words[number >> WORD_BITS * place & 2_047] for place in reversed(range(WORD_COUNT)))


@cache
def word_list() -> tuple[str, ...]:
    """Give the 2,048 English words of BIP 39: no two begin with the same four letters."""
    return tuple(Mnemonic("english").wordlist)


def verify_words(expected: Sequence[str], heard: str) -> None:
    """Compare the words heard from the other side with ours; case and spacing do not count.

    Raises:
        VerificationError: `keys.pairing.words`, with the first place that differs.
    """
    given = heard.lower().replace(",", " ").split()
    if given == list(expected):
        return
    pairs = enumerate(zip(expected, given, strict=False), start=1)
    place = next(
        (number for number, (ours, theirs) in pairs if ours != theirs), min(len(given), WORD_COUNT) + 1
    )
    raise VerificationError(
        f"{len(given)} words heard, and they differ from ours at word {place}",
        code="keys.pairing.words",
        hint="read them out again; if they still differ, a card was exchanged on its way: do not pair",
    )


def derive_line_id(cards: Sequence[Card]) -> bytes:
    """Give the line id: 16 bytes of SHA-256 over identity key and nonce of each card, by identity key."""
    ordered = sorted(cards, key=lambda card: card.identity)
    return sha256(b"".join(card.identity + card.nonce for card in ordered)).digest()[:16]


def derive_psk(ours: Card, theirs: Card, line_id: bytes) -> bytes:
    """Give the 32-byte secret that two parties of a line share: both shares are in it, the smaller first."""
    return hkdf(b"".join(sorted((ours.share, theirs.share))), salt=line_id, info=_PSK_INFO, length=32)


def derive_recovery_psk(ours: Card, theirs: Card, line_id: bytes) -> bytes:
    """Give the 32-byte secret by which a node comes back whose generations the other keeps no more (protocol B10).

    Both sides have the same; it is taken away from both nodes at once, and lies in no backup.
    """
    return hkdf(b"".join(sorted((ours.share, theirs.share))), salt=line_id, info=_RECOVERY_INFO, length=32)


def join_agreement(terms: bytes, cards: Sequence[Card]) -> bytes:
    """Append line and keys of all parties' cards to the terms.

    Raises:
        UsageError: `keys.pairing.parties`: the cards are not one of each party. PeerError: bad terms.
    """
    parties = parse_terms(terms).party_ids
    by_party = {card.party: card for card in cards}
    if len(by_party) != len(cards) or set(by_party) != set(parties):
        raise UsageError(
            f"cards of {', '.join(card.party for card in cards)}; the agreement is between {', '.join(parties)}",
            code="keys.pairing.parties",
            hint="give one card of each other party, and the terms that name exactly these parties",
        )
    keys = tuple(_party_keys(by_party[party]) for party in parties)
    return join_keys(terms, derive_line_id(cards), keys)


def build_answer(ring: KeyRing, ours: Card, others: Mapping[Card, bool], terms: bytes) -> Answer:
    """Make our answer to the cards of all others; each maps to whether it came to us in person.

    Raises:
        PeerError: a card is refused. ConfigError: no identity key. UsageError: other parties than in the terms.
    """
    for card in others:
        check_card(card)
    octets = join_agreement(terms, (ours, *others))
    return Answer(
        agreement=octets,
        signatures=sign_agreement(ring.need_identity(), ours.party, octets),
        possessions=tuple(_prove(ring, ours, card, in_person=here) for card, here in others.items()),
        log_ml_dsa=_show(ring.need_ml_dsa()[0], "log-mldsa", ours, octets),
        cosigner_ml_dsa=_show(ring.need_ml_dsa()[1], "cosigner-mldsa", ours, octets),
    )


def verify_answers(ring: KeyRing, ours: Card, own: Answer, answers: Mapping[Card, Answer]) -> Pairing:
    """Verify all other parties' answers against our own; the cards are those that gave the words.

    Raises:
        VerificationError: `wire.agreement.differs` (with the line), `keys.pairing.*`, or a false signature.
    """
    in_person: dict[str, bool] = {}
    for card, answer in answers.items():
        if answer.party != card.party:
            raise _not_proved(card, "answer", f"is signed as {answer.party!r}")
        verify_same(own.agreement, answer.agreement, card.party.upper())
        theirs = _possession_of(answer, ours)
        _verify_possession(ring, ours, card, answer, theirs)
        _verify_shown(card.log_ml_dsa_sha256, answer.log_ml_dsa, "log-mldsa", card, answer)
        _verify_shown(card.cosigner_ml_dsa_sha256, answer.cosigner_ml_dsa, "cosigner-mldsa", card, answer)
        in_person[card.party] = theirs.in_person and _possession_of(own, card).in_person
    signed = verify_agreement(
        own.agreement, [own.signatures, *(answer.signatures for answer in answers.values())]
    )
    return Pairing(signed=signed, in_person=in_person)


def _prove(ring: KeyRing, ours: Card, theirs: Card, *, in_person: bool) -> Possession:
    identity = ring.need_identity()

    def text(role: str) -> bytes:
        return _possession_text(role, ours, theirs, in_person=in_person)

    return Possession(
        peer=theirs.party,
        in_person=in_person,
        identity=ed25519.sign(identity.ed25519_private, text("identity")),
        identity_ml_dsa=mldsa.sign(identity.ml_dsa_seed, text("identity-ml-dsa-44")),
        log=ed25519.sign(ring.log, text("log")),
        cosigner=ed25519.sign(ring.cosigner, text("cosigner")),
        session=hmac_sha256(x25519.exchange(ring.session, theirs.session), text("session")),
    )


def _verify_possession(ring: KeyRing, ours: Card, theirs: Card, answer: Answer, proof: Possession) -> None:
    def text(role: str) -> bytes:
        return _possession_text(role, theirs, ours, in_person=proof.in_person)

    if sha256(answer.signatures.ml_dsa_public).digest() != theirs.identity_ml_dsa_sha256:
        raise _not_proved(theirs, "ML-DSA-44 key", "is not the one named on the card")
    try:
        ed25519.verify(theirs.identity, text("identity"), proof.identity)
        ed25519.verify(theirs.log, text("log"), proof.log)
        ed25519.verify(theirs.cosigner, text("cosigner"), proof.cosigner)
        mldsa.verify(answer.signatures.ml_dsa_public, text("identity-ml-dsa-44"), proof.identity_ml_dsa)
    except VerificationError as error:
        raise _not_proved(theirs, "card", "names a key that its holder has not shown to hold") from error
    expected = hmac_sha256(x25519.exchange(ring.session, theirs.session), text("session"))
    if not is_equal(expected, proof.session):
        raise _not_proved(theirs, "session key", "was not shown to be held")


def _show(seed: bytes, role: str, holder: Card, agreement: bytes) -> ShownKey:
    key = mldsa.SigningKey(seed)
    return ShownKey(public=key.public, proof=key.sign(_shown_text(role, holder, agreement)))


def _verify_shown(named: bytes, shown: ShownKey, role: str, card: Card, answer: Answer) -> None:
    if sha256(shown.public).digest() != named:
        raise _not_proved(card, f"{role} key", "is not the one named on the card")
    try:
        mldsa.verify(shown.public, _shown_text(role, card, answer.agreement), shown.proof)
    except VerificationError as error:
        raise _not_proved(card, f"{role} key", "was not shown to be held") from error


def _shown_text(role: str, holder: Card, agreement: bytes) -> bytes:
    """One proof for all: the agreement follows from every card, so that it serves no other line."""
    digests = (sha256(encode_card(holder)).hexdigest(), sha256(agreement).hexdigest())
    return "\n".join((POSSESSION_HEADER, role, *digests, "agreement", "")).encode("ascii")


def _possession_text(role: str, holder: Card, peer: Card, *, in_person: bool) -> bytes:
    """Name the role, so that a proof for one key serves no other; both cards, so that it serves no other line."""
    cards = (sha256(encode_card(card)).hexdigest() for card in (holder, peer))
    travelled = "in person" if in_person else "not in person"
    return "\n".join((POSSESSION_HEADER, role, *cards, travelled, "")).encode("ascii")


def _possession_of(answer: Answer, card: Card) -> Possession:
    found = [proof for proof in answer.possessions if proof.peer == card.party]
    if len(found) != 1:
        raise VerificationError(
            f"the answer of {answer.party.upper()} holds {len(found)} proofs for the card of {card.party.upper()}",
            code="keys.pairing.no_proof",
            hint="it answers other cards; exchange fresh cards and begin again",
        )
    return found[0]


def _party_keys(card: Card) -> PartyKeys:
    return PartyKeys(
        party=card.party,
        incarnation=1,
        identity=card.identity,
        identity_ml_dsa_sha256=card.identity_ml_dsa_sha256,
        log=card.log,
        cosigner=card.cosigner,
        session=card.session,
        log_ml_dsa_sha256=card.log_ml_dsa_sha256,
        cosigner_ml_dsa_sha256=card.cosigner_ml_dsa_sha256,
    )


def _not_proved(card: Card, what: str, says: str) -> VerificationError:
    return VerificationError(
        f"{card.party.upper()}: the {what} {says}",
        code="keys.pairing.not_proved",
        hint="the answer was made for other cards, or by somebody else: exchange fresh cards and begin again",
    )
