"""Whatever is lost, late, doubled or forgotten, both sides hold a shared secret in common (protocol B10).

The steps alone, without a link: what travels lies in a bag and is drawn from it in any order, dropped or doubled;
sessions are made under whatever secret either side would offer; each side may crash and go on from what it had made
durable, lose its place to the other when session keys are replaced, or be restored from any earlier disk.
"""

import contextlib
from dataclasses import replace
from hashlib import sha256
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.sizes import size

from coupefeu.errors import PeerError
from coupefeu.keys import x25519
from coupefeu.keys.generations import Generation, Generations
from coupefeu.link.events import PskToKeep
from coupefeu.link.noise import SessionKeys
from coupefeu.link.ratchet import Ratchet
from coupefeu.link.session import Session
from coupefeu.model.instant import Moment
from coupefeu.testing.lossy import link_configs

DAY_MS = 86_400_000
SIDES = st.sampled_from((0, 1))
PLACES = st.integers(0, 1 << 16)


class End:
    """One side: what is on its disk, what is on the way there, and its end of each session it has not forgotten."""

    def __init__(self, config):
        self.config = config
        self.disk = config.generations
        self.start()

    def start(self, **restored):
        self.events, self.under_way, self.sessions = [], [], {}
        config = self.config_with(generations=self.disk, **restored)
        self.ratchet = Ratchet(config, self.events)

    def config_with(self, **values):
        return replace(self.config, **values)

    def collect(self):
        for event in self.events:
            if isinstance(event, PskToKeep):
                self.under_way.append(event.generations)
        self.events.clear()

    @property
    def newest(self):
        return next(reversed(self.sessions.values()), None)

    @property
    def accepts(self):
        return {generation.psk for generation in self.ratchet.generations.ordinary}

    @property
    def would_accept(self):
        """What it accepts if it crashes now."""
        return {generation.psk for generation in self.disk.ordinary}


class CommonSecret(RuleBasedStateMachine):
    """Rules are what may happen; the invariant is the promise."""

    @initialize(number=st.sampled_from((0, 1, 254, 255, 256)), swapped=st.booleans())
    def begin(self, number, swapped):
        first = Generations(current=Generation(number=number, psk=bytes(32), since_ms=0))
        configs = link_configs(generations=first)
        self.ends = [End(config) for config in (reversed(configs) if swapped else configs)]
        self.numbers = count(1)
        self.bag = []
        self.now = Moment(utc_ms=2 * DAY_MS, mono_ms=0)
        self.highest = [number, number]

    def pass_time(self, by_ms):
        self.now = Moment(utc_ms=self.now.utc_ms + by_ms, mono_ms=self.now.mono_ms + by_ms)

    @rule(by_ms=st.sampled_from((1_000, 5_000, 30_000, DAY_MS)))
    def wait(self, by_ms):
        self.pass_time(by_ms)

    @rule(side=SIDES, attempt=st.integers(0, 2), both=st.booleans())
    def handshake(self, side, attempt, both):
        """A message 1; the other side answers if it may; message 2 arrives, or not (`both`)."""
        ours, theirs = self.ends[side], self.ends[1 - side]
        offered = ours.ratchet.to_begin(attempt)
        found = [each for each in theirs.ratchet.generations.ordinary if each == offered]
        if not found or not theirs.ratchet.opened(found[0], self.now):
            return
        name = next(self.numbers)
        self.make(theirs, name, found[0], initiated=False)
        if both:
            ours.ratchet.completed(offered, self.now)
            self.make(ours, name, offered, initiated=True)

    def make(self, end, name, generation, *, initiated):
        keys = SessionKeys(
            send=bytes(32), receive=bytes(32), handshake_hash=sha256(b"%d" % name + generation.psk).digest()
        )
        end.sessions[name] = Session(
            keys,
            our_id=name,
            their_id=name,
            number=name,
            initiated=initiated,
            made_ms=self.now.mono_ms,
            generation=generation,
        )
        while len(end.sessions) > 3:
            del end.sessions[next(iter(end.sessions))]

    @rule(side=SIDES)
    def speak(self, side):
        """A heartbeat: what is due leaves on the newest session."""
        end = self.ends[side]
        if end.newest is None:
            return
        self.pass_time(1_000)
        for step in end.ratchet.steps(end.newest, self.now, is_beat=True):
            self.bag.append((1 - side, end.newest.our_id, step))

    @precondition(lambda self: self.bag)
    @rule(place=PLACES, stays=st.booleans())
    def arrive(self, place, stays):
        """Anything under way arrives, in any order; a copy may stay, as a sender repeats itself."""
        place %= len(self.bag)
        side, name, step = self.bag[place] if stays else self.bag.pop(place)
        session = self.ends[side].sessions.get(name)
        if session is None:
            return
        with contextlib.suppress(PeerError):
            self.ends[side].ratchet.take(step, session, self.now)

    @precondition(lambda self: self.bag)
    @rule(place=PLACES)
    def lose(self, place):
        del self.bag[place % len(self.bag)]

    @rule(side=SIDES)
    def write(self, side):
        """The oldest write under way becomes durable."""
        end = self.ends[side]
        end.collect()
        if end.under_way:
            end.disk = end.under_way.pop(0)
            end.ratchet.kept(end.disk)

    @rule(side=SIDES, times=st.integers(1, 3))
    def go_on(self, side, times):
        """A while in which little goes wrong, so that what goes wrong then is in the middle of something."""
        for _ in range(times):
            for each in (side, 1 - side):
                self.speak(each)
                self.write(each)
            if self.bag:
                self.arrive(len(self.bag) - 1, stays=False)

    @rule(side=SIDES)
    def crash(self, side):
        self.ends[side].start()

    @rule(which=st.integers(1, 3))
    def swap_keys(self, which):
        """Session keys are replaced, and the other is the smaller one: the sides learn it together or one by one."""
        ours, theirs = (end.config for end in self.ends)
        if which & 1:
            self.rekey(self.ends[0], theirs.our_session_private, ours)
        if which & 2:
            self.rekey(self.ends[1], ours.our_session_private, theirs)

    def rekey(self, end, private, config):
        own = config.our_session_private
        end.config = end.config_with(our_session_private=private, their_session_public=x25519.public(own))
        end.ratchet.rekey(end.config)

    @invariant()
    def a_secret_is_common(self):
        if not hasattr(self, "ends"):
            return
        ours, theirs = self.ends
        assert ours.accepts & theirs.accepts, "as both run"
        assert ours.would_accept & theirs.accepts, "if the one crashes"
        assert ours.accepts & theirs.would_accept, "if the other crashes"
        assert ours.would_accept & theirs.would_accept, "if both crash"

    @invariant()
    def numbers_never_fall(self):
        if not hasattr(self, "ends"):
            return
        for side, end in enumerate(self.ends):
            number = end.disk.current.number
            assert number >= self.highest[side]
            self.highest[side] = number

    def teardown(self):
        """Left alone for a while, the two get on with it: the line never stands still for ever."""
        if not hasattr(self, "ends"):
            return
        self.bag.clear()
        for end in self.ends:
            end.collect()
        private = [end.config.our_session_private for end in self.ends]
        if private[0] == private[1]:
            return  # one has not learnt of the other's new key: they make no session at all
        before = min(end.ratchet.generations.current.number for end in self.ends)
        self.pass_time(2 * DAY_MS)
        for _ in range(60):
            self.settle()
        after = [end.ratchet.generations for end in self.ends]
        assert after[0].current == after[1].current
        assert after[0].current.number > before
        assert after[0].candidate is after[1].candidate is None

    def settle(self):
        for side in (0, 1):
            for attempt in range(3):
                self.handshake(side, attempt, both=True)
                for end in self.ends:
                    end.collect()
                    for each in end.under_way:
                        end.disk = each
                        end.ratchet.kept(each)
                    end.under_way.clear()
            self.pass_time(5_000)
            self.speak(side)
            while self.bag:
                self.arrive(0, stays=False)


def test_a_secret_is_common_whatever_happens():
    run_state_machine_as_test(
        CommonSecret,
        settings=settings(
            max_examples=size(small=60, full=4_000),
            stateful_step_count=size(small=40, full=80),
            deadline=None,
        ),
    )
