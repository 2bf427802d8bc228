"""Descriptions of calls between two nodes: what reaches the other console, what is refused, and what both then know."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from tests.descriptions import FINGERPRINT, HOST, OTHER, RELAY, description, medium, voice
from tests.scenario.calling import answer, call, view

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.calls import CallState, LostCause, Media, Outcome
from coupefeu.model.entry import Kind
from coupefeu.node.events import Trouble
from coupefeu.node.media_policy import MediaPolicy
from coupefeu.node.signalling import MAX_TALKS, OTHER_FINGERPRINT, Heard, Signalling
from coupefeu.services.calls.commands import HangUp
from coupefeu.testing.joined import JoinedNodes
from coupefeu.wire.sdp import parse_sdp
from coupefeu.wire.signal import CallSignal, SignalType, decode_signal, encode_signal

RELAYS = MediaPolicy(their_networks=(ip_network("198.51.100.0/24"),))
ELSEWHERE = RELAY.replace("198.51.100.7", "203.0.113.9")


class Side:
    """A node with its signalling, and of which calls its console was told something."""

    def __init__(self, node, fingerprint):
        self.node, self.fingerprint = node, fingerprint
        self.signalling = Signalling(
            node.engine,
            node.agreement.party_ids,
            find=node.calling.view,
            policy=RELAYS,
            clock=node.clock,
        )
        self.told = []
        self.signalling.listen(self.told.append)

    def offer(self, number, text=None, **options):
        return self._say(SignalType.OFFER, number, text or voice(fingerprint=self.fingerprint), options)

    def answer(self, number, text=None, **options):
        text = text or voice(fingerprint=self.fingerprint, setup="active")
        return self._say(SignalType.ANSWER, number, text, options)

    def _say(self, kind, number, text, options):
        return self.signalling.describe(number, kind, text, **{"is_direct": False} | options)

    def heard(self, number):
        return self.signalling.heard(number)

    def slip(self, call_of, **changes):
        """Say to the other node what our own would not."""
        signal = {"call": call_of, "number": 1, "type": SignalType.OFFER, "text": voice()} | changes
        (other,) = self.node.engine.peers
        self.node.engine.signal(other, encode_signal(CallSignal(**signal)))

    def alter(self, change):
        """Be a node, or whoever sits beside it, that changes what its console said."""
        say = self.node.engine.signal

        def altered(party, payload):
            signal = decode_signal(payload)
            say(party, encode_signal(replace(signal, text=change(signal.text))))

        self.node.engine.signal = altered

    @property
    def troubles(self):
        return [change.code for change in self.node.changes if isinstance(change, Trouble)]


class Consoles:
    """Both sides on a live line; a voice call of US that rings at RU."""

    def __init__(self, folder):
        self.nodes = JoinedNodes(folder)
        self.us, self.ru = Side(self.nodes.us, FINGERPRINT), Side(self.nodes.ru, OTHER)
        self.nodes.connect()
        self.run()

    def run(self, seconds=1.0):
        self.nodes.run(seconds=seconds)

    def ring(self, media=Media.VOICE, fingerprint=FINGERPRINT):
        number = call(self.nodes.us, media=media, fingerprint=fingerprint)
        self.run()
        return number

    def pick_up(self, number):
        answer(self.nodes.ru, number, media=Media.VOICE, fingerprint=OTHER)

    def both_heard(self, number):
        theirs = [side.heard(number).theirs for side in (self.us, self.ru)]
        return None not in theirs

    def is_lost(self, number):
        steps = [view(node, number).steps[-1] for node in self.nodes.nodes]
        assert steps[0].id == steps[1].id
        return steps[0].kind == Kind.CALL_LOST and steps[0].fact.cause is LostCause.FINGERPRINT


@pytest.fixture
def consoles(tmp_path):
    return Consoles(tmp_path)


# --- what arrives -------------------------------------------------------------------------------------------


def test_offer_and_answer_reach_the_other_console(consoles):
    number = consoles.ring()
    consoles.us.offer(number)
    consoles.run()
    offered = consoles.ru.heard(number).theirs
    assert (offered.type, parse_sdp(offered.text).fingerprint) == (SignalType.OFFER, FINGERPRINT)
    assert consoles.ru.told == [number]
    consoles.pick_up(number)
    consoles.ru.answer(number)
    consoles.run()
    answered = consoles.us.heard(number).theirs
    assert (answered.type, parse_sdp(answered.text).fingerprint) == (SignalType.ANSWER, OTHER)
    assert consoles.us.told == [number]


def test_what_a_bad_line_loses_is_said_again(consoles):
    number = consoles.ring()
    consoles.pick_up(number)
    consoles.run()
    consoles.nodes.wire.faults.loss = 600
    consoles.us.offer(number)
    for _ in range(60):
        consoles.run()
        if consoles.ru.heard(number).theirs is not None and consoles.us.heard(number).theirs is None:
            consoles.ru.answer(number)
        if consoles.both_heard(number):
            return
    pytest.fail("it did not arrive in a minute")


def test_an_offer_that_nobody_took_while_it_rang_is_wished_for(consoles):
    number = consoles.ring()
    consoles.nodes.wire.faults.is_cut = True
    consoles.us.offer(number)
    consoles.run(0.1)
    consoles.nodes.wire.faults.is_cut = False
    consoles.run(10)
    assert consoles.ru.heard(number).theirs is not None
    assert view(consoles.nodes.us, number).state is CallState.RINGING


def test_a_new_offer_takes_the_place_of_the_old_one_and_its_answer_too(consoles):
    number = consoles.ring()
    consoles.us.offer(number)
    consoles.run()
    consoles.pick_up(number)
    consoles.ru.answer(number)
    consoles.run()
    consoles.us.offer(number, description(medium("audio", more=["a=ptime:20"])))
    consoles.run()
    assert "a=ptime:20" in consoles.ru.heard(number).theirs.text
    assert consoles.ru.heard(number).theirs.number == 2
    consoles.ru.answer(number)
    consoles.run()
    assert consoles.us.heard(number).theirs.number == 2


def test_an_answer_to_an_older_offer_is_not_taken_for_one_to_the_newest(consoles):
    number = consoles.ring()
    consoles.us.offer(number)
    consoles.run()
    consoles.pick_up(number)
    consoles.run()
    consoles.us.offer(number, description(medium("audio", more=["a=ptime:20"])))
    consoles.ru.answer(number)  # before the new offer arrived
    consoles.run(0.2)
    assert consoles.us.heard(number).theirs is None


def test_nothing_of_it_is_on_record(consoles):
    number = consoles.ring()
    consoles.pick_up(number)
    consoles.run()
    before = [dict(node.keeper.marks()) for node in consoles.nodes.nodes]
    consoles.us.offer(number)
    consoles.run()
    consoles.ru.answer(number)
    consoles.run()
    assert consoles.both_heard(number)
    assert [dict(node.keeper.marks()) for node in consoles.nodes.nodes] == before


def test_an_ended_call_is_forgotten(consoles):
    number = consoles.ring()
    consoles.us.offer(number)
    consoles.run()
    consoles.pick_up(number)
    consoles.run()
    consoles.nodes.us.act(HangUp(call=number, from_post="us.duty", duration_ms=1))
    consoles.run()
    assert [side.heard(number) for side in (consoles.us, consoles.ru)] == [Heard(), Heard()]


# --- what our own console may say ---------------------------------------------------------------------------


def test_only_the_relays_addresses_leave_unless_the_officer_chose_to_go_directly(consoles):
    number = consoles.ring()
    both = voice(candidates=[HOST.replace("192.0.2.2", "8.8.4.4"), RELAY])
    assert consoles.us.offer(number, both) == ("198.51.100.7",)
    consoles.run()
    assert "8.8.4.4" not in consoles.ru.heard(number).theirs.text
    assert consoles.us.offer(number, both, is_direct=True) == ("8.8.4.4",)


def test_a_description_without_any_way_does_not_leave(consoles):
    number = consoles.ring()
    with pytest.raises(UsageError) as refusal:
        consoles.us.offer(number, voice(candidates=[HOST]))
    assert refusal.value.code == "node.media_policy.no_way"
    consoles.run()
    assert consoles.ru.heard(number) == Heard()


def test_another_certificate_than_the_one_in_our_entry_does_not_leave(consoles):
    number = consoles.ring()
    with pytest.raises(UsageError) as refusal:
        consoles.us.offer(number, voice(fingerprint=OTHER))
    assert refusal.value.code == "node.signalling.our_fingerprint"


def test_a_megabyte_does_not_leave(consoles):
    number = consoles.ring()
    with pytest.raises(PeerError) as refusal:
        consoles.us.offer(number, voice(more=["a=mid:0"] * (1 << 17)))
    assert refusal.value.code == "wire.sdp.too-long"


def test_a_console_says_only_what_is_its_own_to_say(consoles):
    number = consoles.ring()
    for side, act in ((consoles.us, "answer"), (consoles.ru, "offer"), (consoles.ru, "answer")):
        with pytest.raises(UsageError) as refusal:
            getattr(side, act)(number)
        assert refusal.value.code == "node.signalling.no_call"
    with pytest.raises(UsageError):
        consoles.us.offer((0, 9_999))


def test_a_call_by_text_has_no_descriptions(consoles):
    number = consoles.ring(Media.TEXT, None)
    with pytest.raises(UsageError):
        consoles.us.offer(number)


# --- what the other side may say ----------------------------------------------------------------------------


@pytest.mark.parametrize("altered", ["offer", "answer"])
def test_a_changed_certificate_is_refused_named_to_both_and_ends_the_call(consoles, altered):
    sides = (consoles.us, consoles.ru) if altered == "offer" else (consoles.ru, consoles.us)
    says, hears = sides
    says.alter(
        lambda text: text.replace(says.fingerprint.hex(":").upper(), hears.fingerprint.hex(":").upper())
    )
    number = consoles.ring()
    consoles.pick_up(number)
    consoles.run()
    known = []
    hears.signalling.listen(lambda each: known.append(hears.heard(each).refused_here))
    says.signalling.listen(lambda each: known.append(says.heard(each).refused_there))
    consoles.us.offer(number)
    consoles.run(0.2)
    if altered == "answer":
        consoles.ru.answer(number)
    consoles.run()
    assert known[-2:] == [OTHER_FINGERPRINT] * 2
    assert consoles.is_lost(number)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (voice(fingerprint=OTHER), OTHER_FINGERPRINT),
        (voice(candidates=[ELSEWHERE]), "node.media_policy.elsewhere"),
        (voice(candidates=["1 1 udp 1 desk.example.org 5000 typ host"]), "wire.sdp.candidate-name"),
        ("not a description", "wire.sdp.bad-line"),
    ],
    ids=["certificate", "elsewhere", "name", "none"],
)
def test_a_harmful_offer_is_refused_and_both_consoles_know_why(consoles, text, code):
    number = consoles.ring()
    consoles.us.offer(number)
    consoles.run(0)
    consoles.us.slip(number, number=2, text=text)
    consoles.run()
    assert consoles.ru.heard(number).refused_here == code
    assert code in consoles.ru.troubles
    assert "203.0.113" not in str([each for each in consoles.nodes.ru.changes if isinstance(each, Trouble)])


def test_the_caller_learns_what_of_its_offer_was_refused(consoles):
    number = consoles.ring()
    consoles.ru.signalling.policy = MediaPolicy(their_networks=(ip_network("192.0.2.0/24"),))
    consoles.us.offer(number)
    consoles.run()
    assert consoles.ru.heard(number).refused_here == "node.media_policy.elsewhere"
    assert consoles.us.heard(number).refused_there == "node.media_policy.elsewhere"
    assert consoles.us.told == [number]


def test_a_call_whose_offer_was_of_another_certificate_is_lost_as_soon_as_it_is_answered(consoles):
    number = consoles.ring()
    consoles.us.slip(number, text=voice(fingerprint=OTHER))
    consoles.run()
    assert view(consoles.nodes.us, number).state is CallState.RINGING
    consoles.pick_up(number)
    consoles.run()
    assert consoles.is_lost(number)
    assert view(consoles.nodes.us, number).outcome is Outcome.ANSWERED


def test_a_signal_about_anothers_call_is_refused(consoles):
    number = consoles.ring()
    with pytest.raises(PeerError) as refusal:
        consoles.ru.signalling.hear(
            "kz", encode_signal(CallSignal(call=number, number=1, type=SignalType.WISH))
        )
    assert refusal.value.code == "node.signalling.not_theirs"


def test_nobody_has_us_answer_before_an_officer_has(consoles):
    number = consoles.ring()
    consoles.us.offer(number)
    consoles.run()
    consoles.ru.slip(number, type=SignalType.ANSWER, text=voice(fingerprint=OTHER), digest=b"\x01" * 32)
    consoles.run()
    assert consoles.us.heard(number) == Heard()


def test_a_flood_of_wishes_is_answered_no_more_often_than_is_of_use(consoles):
    number = consoles.ring()
    consoles.us.offer(number)
    consoles.run()
    sent = len(consoles.nodes.wire.carried)
    for _ in range(40):
        consoles.ru.slip(number, type=SignalType.WISH, text="")
    consoles.run(0.2)
    long = [each for each in consoles.nodes.wire.carried[sent:] if each[0] == 0 and len(each[2]) > 500]
    assert 0 < len(long) <= 5


def test_calls_that_only_ring_take_a_bounded_memory(consoles):
    talks = consoles.ru.signalling._talks
    for index in range(MAX_TALKS + 10):
        consoles.ru.signalling._talk((0, index))
    assert len(talks) == MAX_TALKS
