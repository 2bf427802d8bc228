"""Whatever happens between two links, everything written is shown over there once, and nothing else is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from coupefeu.bearer.memory import Faults
from coupefeu.keys.generations import Generation
from coupefeu.link.noise import SessionKeys
from coupefeu.link.outbox import Outbox, Outgoing
from coupefeu.link.session import ReplayWindow, Session
from coupefeu.model.precedence import Precedence
from coupefeu.testing.lossy import TwoLinks
from coupefeu.wire.packet import PackedEntry

SECRET = Generation(number=1, psk=bytes(32))
HAPPENINGS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 1), st.integers(1, 40), st.sampled_from(Precedence)),
    st.tuples(st.just("wait"), st.integers(0, 4_000)),
    st.tuples(st.just("cut"), st.booleans()),
    st.tuples(st.just("faults"), st.integers(0, 400), st.integers(0, 300), st.integers(0, 200)),
    st.tuples(st.just("connect"), st.integers(0, 1)),
    st.tuples(st.just("disconnect")),
    st.tuples(st.just("restart"), st.integers(0, 1)),
    st.tuples(st.just("replay")),
)


def happen(world, what, *details):
    faults = world.wire.faults
    if what == "write":
        world.write(*details)
    elif what == "wait":
        world.run(*details)
    elif what == "cut":
        (faults.is_cut,) = details
    elif what == "faults":
        faults.loss, faults.doubling, faults.jitter_ms = details
    elif what == "replay":
        for end, _, datagram in world.wire.carried[-20:]:
            world.inject(1 - end, datagram)
    else:
        getattr(world, what)(*details)


@settings(max_examples=60)
@given(st.integers(0, 1_000), st.lists(HAPPENINGS, max_size=25))
def test_all_is_shown_once_whatever_happened(seed, happenings):
    world = TwoLinks(seed, faults=Faults(delay_ms=3))
    world.connect()
    for what, *details in happenings:
        happen(world, what, *details)
    world.wire.faults.is_cut = False
    world.wire.faults.loss = 0
    world.connect()

    def done():
        return all(
            sorted(world.ends[1 - log].shown) == list(range(len(world.ends[log].written)))
            and world.ends[log].link.state().queued == 0
            for log in (0, 1)
        )

    assert world.run(60_000, done)


@given(st.lists(st.integers(0, 30_000), min_size=1, max_size=200))
def test_a_window_takes_each_counter_at_most_once_and_recent_ones_always(counters):
    window = ReplayWindow()
    taken = set()
    for counter in counters:
        assert window.whole(counter & 0xFFFFFF) == counter
        if window.is_new(counter):
            assert counter not in taken
            window.mark(counter, 0)
            taken.add(counter)
        else:
            assert counter in taken or counter <= max(taken) - 8_192


@given(st.binary(max_size=300))
def test_any_plaintext_survives_the_seal(plaintext):
    keys = SessionKeys(send=bytes(32), receive=bytes(32), handshake_hash=b"")
    ours, theirs = (
        Session(keys, our_id=1, their_id=1, number=1, initiated=side, made_ms=0, generation=SECRET)
        for side in (True, False)
    )
    assert theirs.open(ours.seal(5, plaintext), 0) == (plaintext, False)


@given(
    st.lists(st.sampled_from(Precedence), min_size=1, max_size=120),
    st.integers(1, 20),
    st.data(),
)
def test_an_outbox_empties_in_the_order_of_precedence_and_never_leaves_a_gap_under_a_checkpoint(
    precedences, max_entries, data
):
    box = Outbox()
    order = data.draw(st.permutations(range(len(precedences))))
    for index in order:
        box.offer(Outgoing(0, index, precedences[index], PackedEntry(index, bytes(16), b"h", b"b")))
    gone = set()
    while (level := box.most_urgent()) is not None:
        waiting = set(range(len(precedences))) - gone
        assert level == min(precedences[index] for index in waiting)
        batch, contiguous = box.take(level, flash_only=False, max_entries=max_entries, max_bytes=60_000)
        indices = [each.index for each in batch]
        box.fly(batch, 10, contiguous=contiguous)
        assert not gone & set(indices)
        assert contiguous or indices == list(range(indices[0], indices[-1] + 1))
        assert any(precedences[index] == level for index in indices)
        gone |= set(indices)
        if contiguous:
            assert gone >= set(range(indices[-1] + 1))
    assert gone == set(range(len(precedences)))
