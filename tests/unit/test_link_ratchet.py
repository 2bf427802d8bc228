"""The steps by which two links renew their secret: in order, cut anywhere, copied, forged, and by a hostile peer."""

import contextlib
from dataclasses import replace
from hashlib import sha256

import pytest

from coupefeu.errors import PeerError
from coupefeu.keys import mlkem
from coupefeu.keys.generations import BACKUP_AGE_MS, Generation, Generations, first_generation
from coupefeu.link.config import Timings
from coupefeu.link.events import IncarnationAsked, OldGeneration, PskToKeep, SessionUp, Violation
from coupefeu.link.handshake import MESSAGE_1, MESSAGE_2, Handshakes
from coupefeu.link.noise import SessionKeys
from coupefeu.link.ratchet import ADMITTED_MS, MAX_AHEAD, OFFERS_AT_ONCE, Ratchet
from coupefeu.link.session import Session
from coupefeu.model.instant import Moment
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.lossy import TwoLinks, link_configs
from coupefeu.wire.packet import Hole, IncarnationAsk, RatchetOffer, RatchetProof, encode_items

DAY_MS = 86_400_000
PSK = bytes(range(32))
SOON_MS = 60_000
"""A day, where links run for it."""


def held(number=0, since_ms=START_UTC_MS):
    return Generations(current=Generation(number=number, psk=PSK, since_ms=since_ms))


class Pair:
    """Two ratchets on one session, what one says carried to the other by hand."""

    def __init__(self, number=0):
        configs = sorted(link_configs(generations=held(number)), key=lambda each: each.our_session_private)
        events = [[], []]
        ratchets = [Ratchet(config, each) for config, each in zip(configs, events, strict=True)]
        if not ratchets[0]._is_smaller:
            ratchets.reverse()
            events.reverse()
        self.begins, self.answers = ratchets
        self.events = events
        self.now = Moment(utc_ms=START_UTC_MS, mono_ms=0)
        self.session = self.make_session(held(number).current)

    def make_session(self, generation, name=b"1", **values):
        keys = SessionKeys(send=bytes(32), receive=bytes(32), handshake_hash=sha256(name).digest())
        common = {"our_id": 1, "their_id": 1, "number": 1, "initiated": True, "made_ms": 0}
        return Session(keys, **common, generation=generation, **values)

    def keep(self):
        for ratchet, events in zip((self.begins, self.answers), self.events, strict=True):
            for event in events:
                if isinstance(event, PskToKeep):
                    ratchet.kept(event.generations)
            events.clear()

    def wait(self, by_ms):
        self.now = Moment(utc_ms=self.now.utc_ms + by_ms, mono_ms=self.now.mono_ms + by_ms)

    def say(self, ratchet, session=None, *, is_beat=True):
        return ratchet.steps(session or self.session, self.now, is_beat=is_beat)

    def offer(self, session=None):
        (offer,) = self.say(self.begins, session)
        return offer

    def answer(self, offer=None, session=None):
        self.answers.take(offer or self.offer(), session or self.session, self.now)
        self.keep()
        (answer,) = self.say(self.answers, is_beat=False)
        return answer

    def proof(self):
        self.begins.take(self.answer(), self.session, self.now)
        self.keep()
        (proof,) = self.say(self.begins, is_beat=False)
        return proof


def reason(ratchet, step, pair, session=None):
    before = ratchet.generations
    with pytest.raises(PeerError) as raised:
        ratchet.take(step, session or pair.session, pair.now)
    assert ratchet.generations is before
    return raised.value.code.rpartition(".")[2]


def test_three_steps_give_both_one_new_secret():
    pair = Pair()
    pair.answers.take(pair.proof(), pair.session, pair.now)
    pair.begins.completed(pair.begins.to_begin(0), pair.now)
    ours, theirs = pair.begins.generations, pair.answers.generations
    assert ours == theirs
    assert (ours.current.number, ours.candidate) == (1, None)
    assert [each.psk for each in ours.sealed] == [PSK]
    assert ours.current.psk != PSK


def test_a_step_made_meanwhile_makes_no_record_whole():
    pair = Pair()
    pair.answers.recover()
    pair.answers.take(pair.proof(), pair.session, pair.now)
    assert pair.answers.generations.current.number == 1
    assert pair.answers.is_restored
    pair.answers.recovered()
    assert pair.answers.is_restored, "until the step that it makes itself"


def test_nothing_is_said_of_a_secret_that_is_not_durable():
    pair = Pair()
    pair.answers.take(pair.offer(), pair.session, pair.now)
    assert pair.say(pair.answers) == []
    pair.keep()
    (answer,) = pair.say(pair.answers)
    pair.begins.take(answer, pair.session, pair.now)
    pair.wait(60_000)
    assert pair.say(pair.begins) == []
    assert pair.begins.to_begin(0).number == 0
    pair.keep()
    assert pair.begins.to_begin(0).number == 1
    assert isinstance(pair.say(pair.begins)[0], RatchetProof)


def test_a_message_under_the_new_secret_waits_for_the_disk_and_not_for_ever():
    pair = Pair()
    pair.proof()
    candidate = pair.answers.generations.candidate
    assert not pair.answers.opened(candidate, pair.now)
    assert pair.answers.generations.current == candidate, "they hold it, so we do"
    pair.wait(2_000)
    assert pair.answers.opened(candidate, pair.now), "a full disk does not end the line"


def test_steps_are_repeated_until_answered_and_the_same_key_gets_the_same_answer():
    pair = Pair()
    offer = pair.offer()
    assert pair.say(pair.begins) == []
    waits = []
    while len(waits) < 5:
        pair.wait(1_000)
        if pair.say(pair.begins) == [offer]:
            waits.append(pair.now.mono_ms)
    assert waits == [2_000, 6_000, 14_000, 30_000, 60_000]
    assert pair.answer(offer) == pair.answer(offer)


def test_on_another_session_the_key_is_another_one():
    pair = Pair()
    first = pair.offer()
    other = pair.make_session(pair.session.generation, b"2")
    second = pair.offer(other)
    assert first.key != second.key
    stale = pair.answer(first)
    assert reason(pair.begins, stale, pair) == "ratchet-mac", "answers a key that is forgotten"


@pytest.mark.parametrize("number", [0, 254, 255, 256, 1_000_000])
def test_the_byte_on_air_wraps_and_the_number_never(number):
    pair = Pair(number)
    pair.wait(DAY_MS)
    pair.answers.take(pair.proof(), pair.session, pair.now)
    assert pair.answers.generations.current.number == number + 1
    assert pair.answers.generations.current.octet == (number + 1) % 256


def test_a_secret_is_renewed_once_a_day_and_after_pairing_at_once():
    pair = Pair(3)
    pair.wait(DAY_MS - 1)
    assert pair.say(pair.begins) == []
    pair.wait(1)
    assert pair.offer().number == 4
    assert Pair(0).offer().number == 1
    set_back = Pair(3)
    set_back.now = Moment(utc_ms=START_UTC_MS - DAY_MS, mono_ms=0)
    assert set_back.offer().number == 4, "a clock that was wrong keeps no secret for ever"


def test_the_larger_key_begins_nothing():
    pair = Pair()
    assert pair.say(pair.answers) == []


def test_when_both_begin_the_larger_key_gives_way():
    pair = Pair()
    theirs = RatchetOffer(1, mlkem.public(mlkem.generate()))
    offer = pair.offer()
    assert reason(pair.begins, theirs, pair) == "ratchet-both"
    pair.answers._begun = object()
    pair.answer(offer)
    assert pair.answers._begun is None
    assert reason(pair.begins, theirs, pair) == "ratchet-both"


def test_who_comes_to_begin_drops_first_what_the_other_began():
    """Session keys were replaced: the other may have replaced its candidate by our R1 already; R3 must not count."""
    pair = Pair()
    proof = pair.proof()
    pair.answers._is_smaller, pair.begins._is_smaller = True, False
    (offer,) = pair.say(pair.answers)
    assert pair.answers.generations.candidate is None
    pair.begins.take(offer, pair.session, pair.now)
    assert reason(pair.answers, proof, pair) == "ratchet-proof"


@pytest.mark.parametrize("at", [0, 500, 1_087])
def test_a_changed_ciphertext_or_mac_is_refused_and_the_true_one_still_counts(at):
    pair = Pair()
    answer = pair.answer()
    bad = bytearray(answer.ciphertext)
    bad[at] ^= 1
    assert reason(pair.begins, replace(answer, ciphertext=bytes(bad)), pair) == "ratchet-mac"
    assert reason(pair.begins, replace(answer, mac=bytes(32)), pair) == "ratchet-mac"
    assert reason(pair.begins, replace(answer, number=2), pair) == "ratchet-number"
    assert reason(pair.begins, replace(answer, ciphertext=b"x"), pair) == "ciphertext"
    pair.begins.take(answer, pair.session, pair.now)
    assert reason(pair.begins, answer, pair) == "ratchet-answers-nothing"


def test_a_forged_proof_makes_nothing_current():
    pair = Pair()
    proof = pair.proof()
    assert reason(pair.answers, replace(proof, mac=bytes(32)), pair) == "ratchet-proof"
    assert reason(pair.answers, replace(proof, number=2), pair) == "ratchet-proof"
    mac = pair.answers._mac(pair.answers.generations.candidate, b"R2")
    assert reason(pair.answers, replace(proof, mac=mac), pair) == "ratchet-proof", "our own MAC sent back"
    pair.answers.take(proof, pair.session, pair.now)
    pair.answers.take(proof, pair.session, pair.now)
    assert pair.answers.generations.current.number == 1, "once"


def test_steps_of_an_older_session_or_generation_change_nothing():
    """A step is over; R1, R2 and R3 come again, on the session that carried them and on the newest one."""
    pair = Pair()
    offer = pair.offer()
    answer = pair.answer(offer)
    pair.begins.take(answer, pair.session, pair.now)
    pair.keep()
    (proof,) = pair.say(pair.begins)
    pair.answers.take(proof, pair.session, pair.now)
    pair.begins.completed(pair.begins.generations.candidate, pair.now)
    newest = pair.make_session(pair.answers.generations.current, b"2")
    for session in (pair.session, newest):
        assert reason(pair.answers, offer, pair, session) == "ratchet-stale"
        assert reason(pair.begins, answer, pair, session) == "ratchet-answers-nothing"
        before = pair.answers.generations
        pair.answers.take(proof, session, pair.now)
        assert pair.answers.generations is before


def test_a_flood_of_keys_costs_four_answers_and_then_one_in_ten_seconds():
    pair = Pair()
    answered = 0
    for _ in range(100):
        offer = RatchetOffer(1, mlkem.public(mlkem.generate()))
        with contextlib.suppress(PeerError):
            pair.answers.take(offer, pair.session, pair.now)
            answered += 1
        pair.keep()
        pair.wait(90)
    assert answered == OFFERS_AT_ONCE
    assert reason(pair.answers, offer, pair) == "ratchet-rate"


def test_a_key_while_the_one_before_is_written_waits():
    pair = Pair()
    pair.answers.take(pair.offer(), pair.session, pair.now)
    offer = RatchetOffer(1, mlkem.public(mlkem.generate()))
    assert reason(pair.answers, offer, pair) == "ratchet-busy"


def test_a_false_key_is_refused():
    pair = Pair()
    assert reason(pair.answers, RatchetOffer(1, b"\xff" * 1_184), pair) == "public-key"


@pytest.mark.parametrize("number", [0, 2, 1 << 40])
def test_the_number_of_an_ordinary_step_is_the_next(number):
    pair = Pair()
    offer = RatchetOffer(number, mlkem.public(mlkem.generate()))
    assert reason(pair.answers, offer, pair) == "ratchet-stale"


def test_a_restored_node_gets_a_number_above_both_and_never_too_far():
    pair = Pair(7)
    old = Generation(number=2, psk=bytes(32))
    sealed = pair.make_session(old, is_sealed=True)
    far = RatchetOffer(8 + MAX_AHEAD + 1, mlkem.public(mlkem.generate()))
    assert reason(pair.answers, far, pair, sealed) == "ratchet-number"
    assert pair.answer(RatchetOffer(3, far.key), sealed).number == 8
    assert pair.answer(RatchetOffer(20, far.key), sealed).number == 20


def test_three_proofs_in_vain_lead_to_a_new_key():
    pair = Pair()
    pair.proof()
    said = []
    while len(said) < 3:
        pair.wait(1_000)
        said += pair.say(pair.begins)
    assert [type(each) for each in said] == [RatchetProof, RatchetProof, RatchetOffer]
    assert pair.begins.generations.candidate is not None, "until the answer replaces it"


def test_an_old_secret_is_told_when_it_lasts_and_not_again_for_a_while():
    pair = Pair(7)
    old = Generation(number=2, psk=bytes(32), replaced_ms=START_UTC_MS - DAY_MS)
    for _ in range(10):
        pair.answers.notice(old, pair.now)
        pair.wait(1_000)
    assert pair.events[1] == [], "not yet: a lost answer looks the same"
    for _ in range(300):
        pair.answers.notice(old, pair.now)
        pair.wait(1_000)
    assert pair.events[1] == [OldGeneration(2, START_UTC_MS - DAY_MS)]


# --- on real links, on a wire -----------------------------------------------------------------------------


def world(**values):
    two = TwoLinks(3, generations=first_generation(PSK), timings=Timings(ratchet_ms=SOON_MS), **values)
    two.connect()
    return two


def numbers(two):
    return [end.link.state().generations.current.number for end in two.ends]


def test_after_pairing_two_links_renew_at_once_and_then_daily_without_a_gap():
    two = world()
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    renewed = [event for end in two.ends for event in end.events if isinstance(event, SessionUp)]
    assert two.run(5_000)
    two.write(0, 5)
    assert two.run(2_000, lambda: len(two.ends[1].shown) == 5)
    assert two.run(2 * SOON_MS + 30_000, lambda: numbers(two) == [3, 3])
    downs = [event for end in two.ends for event in end.events if type(event).__name__ == "SessionDown"]
    assert not downs
    assert renewed
    assert not [event for end in two.ends for event in end.events if isinstance(event, Violation)]
    secrets = {end.disk.current.psk for end in two.ends}
    assert len(secrets) == 1


def test_a_disk_that_takes_nothing_keeps_the_line_up_under_the_secret_before():
    two = world()
    two.ends[1].keep = two.ends[0].keep = lambda _: False
    two.run(120_000)
    assert numbers(two) == [0, 0]
    two.write(0, 3)
    two.restart(0)
    assert two.run(10_000, lambda: len(two.ends[1].shown) == 3)


def restored(two, end, generations):
    """Kill an end and start it from an older disk."""
    node = two.ends[end]
    node.disk = generations
    two.restart(end)
    node.link.recover()
    two.connect()
    return node


def test_an_old_secret_opens_nothing_without_an_officer():
    two = world()
    old = two.ends[0].config.generations
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    restored(two, 0, old)
    two.ends[1].events.clear()
    two.run(120_000)
    assert not two.ends[0].link.state().up
    told = [event for event in two.ends[1].events if isinstance(event, OldGeneration)]
    assert [event.number for event in told] == [0]


@pytest.mark.parametrize("end", [0, 1])
def test_once_admitted_it_recovers_renews_the_secret_and_is_back(end):
    two = world()
    old = two.ends[end].config.generations
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    assert two.run(2 * SOON_MS, lambda: numbers(two) == [2, 2])
    node, other = restored(two, end, old), two.ends[1 - end]
    two.run(5_000)
    other.link.admit_recovery(two.clock.now())
    assert two.run(60_000, lambda: other.link.state().peer_recovering)
    two.write(end, 3)
    two.write(1 - end, 3)
    two.run(30_000)
    assert node.shown == []
    assert other.shown == [], "nothing passes but the recovery"
    assert numbers(two)[end] == 0, "and no step is made before the record is whole"
    node.link.recovered(two.clock.now())
    assert two.run(60_000, lambda: numbers(two) == [3, 3])
    assert two.run(30_000, lambda: len(node.shown) == len(other.shown) == 3)
    assert not other.link.state().peer_recovering
    assert not [event for each in two.ends for event in each.events if isinstance(event, Violation)]


@pytest.mark.parametrize("end", [0, 1])
def test_by_the_recovery_secret_a_node_comes_back_that_has_nothing_else(end):
    two = world()
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    node, other = two.ends[end], two.ends[1 - end]
    node.disk = first_generation(b"\x55" * 32)
    two.restart(end)
    node.link.use_recovery(b"R" * 32, two.clock.now())
    two.run(20_000)
    assert not node.link.state().up
    other.link.admit_recovery(two.clock.now(), b"Q" * 32)
    two.run(40_000)
    assert not node.link.state().up, "another secret lets nobody in"
    other.link.admit_recovery(two.clock.now(), b"R" * 32)
    assert two.run(90_000, lambda: numbers(two)[0] == numbers(two)[1] == 2)
    assert b"R" * 32 not in {each.psk for each in (*node.disk.sealed, *other.disk.sealed)}, "on no disk"
    two.write(end, 1)
    assert two.run(30_000, lambda: len(other.shown) == 1)


@pytest.mark.parametrize("admitted", [False, True])
def test_a_copy_from_when_the_secret_was_current_is_neither_told_nor_answered(admitted):
    two = world()
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    sent = [datagram for end, _, datagram in two.wire.carried if end == 0]
    copies = [datagram for datagram in sent if (datagram[0], datagram[7]) == (MESSAGE_1, 0)]
    assert copies
    two.restart(1)
    two.disconnect()
    link, events = two.ends[1].link, two.ends[1].events
    if admitted:
        link.admit_recovery(two.clock.now())
    events.clear()
    for number in range(30):
        now = two.clock.now()
        link.path_opened(100 + number, now, dialled=False, entropy=bytes(64))
        for copy in copies:
            link.receive(100 + number, copy, now, bytes(64))
        two.clock.advance(1_000)
    assert link.take_outgoing() == []
    assert not [event for event in link.take_events() if isinstance(event, OldGeneration)]


def test_an_admission_ends_after_an_hour():
    two = world()
    old = two.ends[0].config.generations
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    two.ends[1].link.admit_recovery(two.clock.now())
    two.disconnect()
    two.clock.advance(ADMITTED_MS)
    restored(two, 0, old)
    two.run(60_000)
    assert not two.ends[0].link.state().up


def test_thirty_days_after_it_was_replaced_a_secret_opens_not_even_a_recovery():
    two = world()
    old = two.ends[0].config.generations
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    two.disconnect()
    two.clock.advance(BACKUP_AGE_MS)
    two.ends[1].link.admit_recovery(two.clock.now())
    restored(two, 0, old)
    two.run(60_000)
    assert not two.ends[0].link.state().up


def test_a_live_session_is_not_disturbed_by_an_old_secret_even_when_admitted():
    two = world()
    old = two.ends[0].config
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    two.ends[1].link.admit_recovery(two.clock.now())
    message = Handshakes(old).begin(two.clock.now(), bytes(range(32)), 77, generation=old.generations.current)
    before = len(two.wire.carried)
    two.inject(1, message)
    two.run(5_000)
    said = [datagram for end, _, datagram in two.wire.carried[before:] if end == 1]
    assert said
    assert not [datagram for datagram in said if datagram[0] == MESSAGE_2], (
        "while it lives, nobody else is answered"
    )
    assert two.ends[1].link.state().up


def test_on_a_recovery_session_anything_else_is_dropped_and_told():
    two = world()
    old = two.ends[0].config.generations
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    node, other = restored(two, 0, old), two.ends[1]
    other.link.admit_recovery(two.clock.now())
    assert two.run(60_000, lambda: other.link.state().peer_recovering)
    connection = node.link._connection
    connection.send(encode_items([Hole(1, 0, 5)]))
    two.pump()
    two.run(1_000)
    assert "link.recovery.item" in [event.code for event in other.events if isinstance(event, Violation)]
    assert other.shown == []


def test_an_ask_for_an_incarnation_waits_until_the_recovery_session_is_over():
    two = world()
    old = two.ends[0].config.generations
    assert two.run(10_000, lambda: numbers(two) == [1, 1])
    node, other = restored(two, 0, old), two.ends[1]
    other.link.admit_recovery(two.clock.now())
    assert two.run(60_000, lambda: other.link.state().peer_recovering)
    node.link.about_log(IncarnationAsk(0, b"a proof"))
    node.link.flush(two.clock.now())
    two.run(1_000)
    assert "link.recovery.item" not in [event.code for event in other.events if isinstance(event, Violation)]
    node.link.recovered(two.clock.now())
    assert two.run(60_000, lambda: any(isinstance(event, IncarnationAsked) for event in other.events))
