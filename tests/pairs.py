"""Two paired parties, made by code: keys, cards, answers, agreement; nothing here is a fixture file."""

from dataclasses import dataclass, replace
from hashlib import sha256

from coupefeu.keys.pairing import build_answer, make_card, verify_answers
from coupefeu.keys.ring import KeyRing, make_ring
from coupefeu.model.agreement import Status
from coupefeu.model.instant import Instant
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.card import Answer, Card
from coupefeu.wire.dictionary import DICTIONARY_HASH


def make_terms(status=Status.EXERCISE, **options) -> bytes:
    """Terms between US and RU, in force since 1970."""
    given = {"name": "exercise", "in_force": Instant(0), "dictionary_sha256": bytes.fromhex(DICTIONARY_HASH)}
    return render_template(status=status, **(given | options)).encode()


def make_terms_of_three() -> bytes:
    """The same with a third party, whose desk is paired with both others."""
    text = make_terms().decode()
    words = '{ en = "France", fr = "France", ru = "Франция" }'
    party = f'[[parties]]\nid = "fr"\nname = {words}\nlanguage = "en"\nduty_desk = "fr.duty"\n'
    post = f'[[posts]]\nid = "fr.duty"\ntitle = {words}\naddress = {words}\n'
    pairs = "".join(f'[[pairs]]\nposts = ["fr.duty", "{other}.duty"]\n' for other in ("us", "ru"))
    return f"{text}{party}{post}{pairs}".encode()


@dataclass
class Side:
    """One party's keys and card; nonce and share follow from its name."""

    ring: KeyRing
    card: Card


def make_side(party: str) -> Side:
    ring = make_ring()
    seed = sha256(party.encode()).digest()
    return Side(ring, make_card(ring, party=party, address="127.0.0.1:7001", nonce=seed[:16], share=seed))


def answer_of(side: Side, *others: Side, terms: bytes, in_person: bool = True) -> Answer:
    return build_answer(side.ring, side.card, {other.card: in_person for other in others}, terms)


def pair_two(terms: bytes | None = None):
    """US, RU, and what each made of the other's answer."""
    terms = terms or make_terms()
    us, ru = make_side("us"), make_side("ru")
    ours, theirs = answer_of(us, ru, terms=terms), answer_of(ru, us, terms=terms)
    paired = verify_answers(us.ring, us.card, ours, {ru.card: theirs})
    assert verify_answers(ru.ring, ru.card, theirs, {us.card: ours}).signed.octets == paired.signed.octets
    return us, ru, paired


def with_proof(answer: Answer, **changes) -> Answer:
    """The same answer with its first proof changed."""
    first, *rest = answer.possessions
    return replace(answer, possessions=(replace(first, **changes), *rest))
