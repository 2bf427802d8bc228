"""Pairing: words, proofs of possession, the shared secret; and what whoever stands between can try."""

from base64 import b64decode
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pairs import answer_of, make_side, make_terms, make_terms_of_three, pair_two, with_proof

from coupefeu.errors import ConfigError, PeerError, UsageError, VerificationError
from coupefeu.keys import pairing
from coupefeu.wire.armour import Armour, armour, armour_line, parse_armour
from coupefeu.wire.card import encode_answer, encode_card, parse_answer, parse_card

TERMS = make_terms()
US, RU, THIRD = make_side("us"), make_side("ru"), make_side("fr")
SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]
NOT_CANONICAL = bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")


def test_both_sides_reach_one_agreement_and_one_secret():
    us, ru, paired = pair_two()
    line_id = paired.signed.agreement.line_id
    assert paired.signed.signers == {"us", "ru"}
    assert paired.in_person == {"ru": True}
    ours, theirs = (
        pairing.derive_psk(us.card, ru.card, line_id),
        pairing.derive_psk(ru.card, us.card, line_id),
    )
    assert ours == theirs
    assert ours != pairing.derive_psk(us.card, replace(ru.card, share=bytes(32)), line_id)
    assert ours != pairing.derive_psk(us.card, ru.card, bytes(16))
    assert line_id == pairing.derive_line_id((ru.card, us.card))
    assert line_id != pairing.derive_line_id((ru.card, replace(us.card, nonce=bytes(16))))


def test_three_parties_pair_alike():
    terms = make_terms_of_three()
    sides = (US, RU, THIRD)
    answers = {
        side.card: answer_of(side, *(other for other in sides if other is not side), terms=terms)
        for side in sides
    }
    seen = set()
    for side in sides:
        others = {card: answer for card, answer in answers.items() if card is not side.card}
        paired = pairing.verify_answers(side.ring, side.card, answers[side.card], others)
        seen.add(paired.signed.octets)
        assert len(paired.in_person) == 2
    assert len(seen) == 1


def test_the_words_are_the_same_in_any_order_and_change_with_every_field():
    words = pairing.pairing_words((US.card, RU.card))
    assert len(words) == 12
    assert set(words) <= set(pairing.word_list())
    assert words == pairing.pairing_words((RU.card, US.card))
    changed = [
        replace(RU.card, share=bytes(32)),
        replace(RU.card, nonce=bytes(16)),
        replace(RU.card, address="h:1"),
        replace(RU.card, session=US.card.session),
    ]
    assert len({pairing.pairing_words((US.card, card)) for card in changed} | {words}) == 5


def test_three_cards_give_one_row_of_words():
    cards = (US.card, RU.card, THIRD.card)
    assert len({pairing.pairing_words(order) for order in list(permutations(cards))[:3]}) == 1


def test_the_list_has_2048_words_told_apart_by_four_letters():
    words = pairing.word_list()
    assert len(words) == 2_048
    assert len({word[:4] for word in words}) == 2_048


@pytest.mark.parametrize(("place", "heard"), [(1, 0), (12, 11)])
def test_one_other_word_is_named_by_its_place(place, heard):
    words = ["abandon"] * 12
    pairing.verify_words(words, " ".join(words).upper().replace(" ", ",  "))
    words[heard] = "zoo"
    with pytest.raises(VerificationError, match=f"at word {place}") as caught:
        pairing.verify_words(["abandon"] * 12, " ".join(words))
    assert caught.value.code == "keys.pairing.words"


@pytest.mark.parametrize("heard", ["", "abandon", "abandon " * 11, "abandon " * 13])
def test_too_few_or_too_many_words_are_refused(heard):
    with pytest.raises(VerificationError):
        pairing.verify_words(["abandon"] * 12, heard)


@pytest.mark.parametrize("key", [*SMALL_ORDER, NOT_CANONICAL], ids=lambda key: key.hex()[:8])
@pytest.mark.parametrize("role", ["identity", "log", "cosigner"])
def test_a_card_with_a_key_under_which_anything_verifies_is_refused(key, role):
    with pytest.raises(PeerError) as caught:
        pairing.check_card(replace(RU.card, **{role: key}))
    assert caught.value.code.startswith("keys.ed25519.")


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31)])
def test_a_session_key_that_gives_zero_is_refused(key):
    with pytest.raises(PeerError) as caught:
        pairing.check_card(replace(RU.card, session=key))
    assert caught.value.code.startswith("keys.x25519.")


def test_one_key_in_two_roles_is_refused():
    with pytest.raises(PeerError, match="twice"):
        pairing.check_card(replace(RU.card, cosigner=RU.card.log))


def test_a_bad_card_never_reaches_an_answer():
    bad = replace(RU, card=replace(RU.card, log=SMALL_ORDER[1]))
    with pytest.raises(PeerError):
        answer_of(US, bad, terms=TERMS)


def test_other_parties_than_the_terms_name_are_refused():
    with pytest.raises(UsageError, match="us, fr"):
        answer_of(US, THIRD, terms=TERMS)
    with pytest.raises(UsageError):
        answer_of(US, RU, THIRD, terms=TERMS)


def verify(theirs):
    ours = answer_of(US, RU, terms=TERMS)
    return pairing.verify_answers(US.ring, US.card, ours, {RU.card: theirs})


def test_another_agreement_is_refused_with_the_line_that_differs():
    theirs = answer_of(RU, US, terms=TERMS.replace(b'outcome = "10m"', b'outcome = "11m"'))
    with pytest.raises(VerificationError) as caught:
        verify(theirs)
    assert caught.value.code == "wire.agreement.differs"
    assert "'outcome = \"10m\"'" in caught.value.message
    assert "'outcome = \"11m\"'" in caught.value.message


@pytest.mark.parametrize("role", ["identity", "identity_ml_dsa", "log", "cosigner", "session"])
def test_each_key_must_prove_that_it_is_held(role):
    good = answer_of(RU, US, terms=TERMS)
    assert verify(good)
    proof = bytearray(getattr(good.possessions[0], role))
    proof[0] ^= 1
    with pytest.raises(VerificationError) as caught:
        verify(with_proof(good, **{role: bytes(proof)}))
    assert caught.value.code == "keys.pairing.not_proved"


@pytest.mark.parametrize("role", ["log_ml_dsa", "cosigner_ml_dsa"])
@pytest.mark.parametrize("field", ["public", "proof"])
def test_each_post_quantum_key_is_the_one_named_and_is_held(role, field):
    good = answer_of(RU, US, terms=TERMS)
    shown = getattr(good, role)
    octets = bytearray(getattr(shown, field))
    octets[-1] ^= 1
    with pytest.raises(VerificationError) as caught:
        verify(replace(good, **{role: replace(shown, **{field: bytes(octets)})}))
    assert caught.value.code == "keys.pairing.not_proved"
    says = "is not the one named" if field == "public" else "was not shown to be held"
    assert says in caught.value.message


def test_the_post_quantum_keys_of_log_and_cosigner_cannot_change_places():
    good = answer_of(RU, US, terms=TERMS)
    with pytest.raises(VerificationError, match="not the one named"):
        verify(replace(good, log_ml_dsa=good.cosigner_ml_dsa, cosigner_ml_dsa=good.log_ml_dsa))


def test_a_post_quantum_proof_of_another_line_is_refused():
    other = make_side("us")
    theirs = answer_of(RU, US, terms=TERMS)
    elsewhere = answer_of(RU, other, terms=TERMS)
    with pytest.raises(VerificationError, match="log-mldsa key was not shown"):
        verify(replace(theirs, log_ml_dsa=elsewhere.log_ml_dsa))


@pytest.mark.parametrize("role", ["log", "cosigner", "identity"])
def test_one_post_quantum_key_in_two_roles_is_refused(role):
    hashes = {"log_ml_dsa_sha256", "cosigner_ml_dsa_sha256", "identity_ml_dsa_sha256"}
    ours = f"{role}_ml_dsa_sha256"
    other = min(hashes - {ours})
    with pytest.raises(PeerError, match="twice"):
        pairing.check_card(replace(RU.card, **{ours: getattr(RU.card, other)}))


def test_a_folder_without_post_quantum_keys_makes_no_card_and_says_why():
    ring = replace(US.ring, log_mldsa=None)
    with pytest.raises(ConfigError, match="no ML-DSA-44 keys") as caught:
        pairing.make_card(ring, party="us", address="h:1", nonce=bytes(16), share=bytes(32))
    assert caught.value.code == "keys.ring.no_ml_dsa"


def test_a_card_of_the_earlier_format_is_refused_with_what_to_do():
    octets = bytearray(encode_card(US.card))
    assert octets[1:3] == b"\x00\x02"
    octets[2] = 1
    with pytest.raises(PeerError, match="not a card of format 2") as caught:
        parse_card(bytes(octets))
    assert "same version" in caught.value.hint


def test_a_proof_for_one_key_serves_no_other():
    good = answer_of(RU, US, terms=TERMS)
    first = good.possessions[0]
    with pytest.raises(VerificationError):
        verify(with_proof(good, log=first.cosigner, cosigner=first.log))


def test_whether_the_card_went_by_hand_cannot_be_changed_on_the_way():
    sent = answer_of(RU, US, terms=TERMS, in_person=False)
    assert verify(sent).in_person == {"ru": False}
    with pytest.raises(VerificationError):
        verify(with_proof(sent, in_person=True))


def test_an_answer_to_another_card_is_refused():
    other = make_side("us")
    other.card = replace(other.card, nonce=b"n" * 16)
    with pytest.raises(VerificationError):
        verify(answer_of(RU, other, terms=TERMS))


@pytest.mark.parametrize("changes", [{"share": b"s" * 32}, {"address": "198.51.100.1:7001"}])
def test_an_answer_to_a_card_that_was_changed_on_its_way_is_refused(changes):
    """Share and address stand in no agreement: only the proofs of the keys are over the whole card."""
    other = replace(US, card=replace(US.card, **changes))
    with pytest.raises(VerificationError) as raised:
        verify(answer_of(RU, other, terms=TERMS))
    assert raised.value.code == "keys.pairing.not_proved"


def test_an_answer_without_our_proof_or_with_two_is_refused():
    good = answer_of(RU, US, terms=TERMS)
    for possessions in ((), good.possessions * 2):
        with pytest.raises(VerificationError, match="proofs for the card of US"):
            verify(replace(good, possessions=possessions))


def test_our_own_answer_sent_back_is_refused():
    ours = answer_of(US, RU, terms=TERMS)
    with pytest.raises(VerificationError, match="signed as 'us'"):
        verify(ours)


def test_an_answer_needs_the_identity_key():
    ring = replace(US.ring, identity=None)
    with pytest.raises(ConfigError, match="identity key"):
        pairing.build_answer(ring, US.card, {RU.card: True}, TERMS)


def test_cards_and_answers_survive_the_wire():
    answer = answer_of(US, RU, terms=TERMS)
    assert parse_card(encode_card(US.card)) == US.card
    assert parse_answer(encode_answer(answer)) == answer
    for write in (armour, armour_line):
        text = f"see below\n\n{write(Armour.CARD, encode_card(US.card))}\nregards"
        assert parse_armour(text) == (Armour.CARD, encode_card(US.card))


def test_a_card_is_small_and_tells_nobody_its_secret():
    assert len(encode_card(US.card)) < 360
    assert repr(US.card.share) not in repr(US.card)
    for secret in (US.ring.log, US.ring.session, US.ring.identity.ml_dsa_seed):
        assert repr(secret) not in repr(US.ring)


@pytest.mark.timeout(10)  # a name without an end was looked at from each of its parts anew, for 20 s
def test_looking_for_an_armoured_card_costs_no_more_than_the_text_is_long():
    for text in ("coupefeu-" * 10_900, "-----BEGIN COUPEFEU " * 4_900, "-----BEGIN COUPEFEU A-----" * 3_700):
        with pytest.raises(PeerError) as caught:
            parse_armour(text)
        assert caught.value.code == "wire.armour.absent"


def test_every_changed_character_of_an_armoured_card_is_noticed():
    text = armour(Armour.CARD, encode_card(US.card))
    begin = text.index("\n") + 1
    for place in range(begin, begin + 120):
        if text[place] != "\n":
            changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            with pytest.raises(PeerError, match="damaged"):
                parse_armour(changed)
    with pytest.raises(PeerError, match="no Coupe-feu card"):
        parse_armour("nothing here")


@settings(max_examples=60)
@given(st.data())
def test_a_cut_or_flipped_card_is_read_or_refused(data):
    octets = bytearray(encode_card(US.card))
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(octets)))
    for given_octets in (bytes(octets), bytes(octets[:cut])):
        try:
            card = parse_card(given_octets)
        except PeerError:
            continue
        assert encode_card(card) == given_octets


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_no_card_and_no_answer(octets):
    for parse in (parse_card, parse_answer):
        with pytest.raises(PeerError):
            parse(octets)
    with pytest.raises(PeerError):
        parse_armour(octets.decode("latin-1"))


def test_the_qr_line_is_the_same_card():
    line = armour_line(Armour.CARD, encode_card(US.card))
    assert line.startswith("coupefeu-card:")
    assert b64decode(line.partition(":")[2])[:-4] == encode_card(US.card)
