"""Traffic again within seconds of the path's return, after an outage of any length; FLASH first (B7)."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.sizes import size

from coupefeu.bearer.memory import Faults
from coupefeu.link.phase import Phase
from coupefeu.model.precedence import Precedence
from coupefeu.testing.lossy import TwoLinks

SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
SECONDS_ALLOWED_MS = 3_000

LENGTHS = st.one_of(
    st.integers(1, 10 * SECOND),
    st.integers(1, 3 * HOUR),
    st.integers(HOUR, 40 * DAY),
)
OUTAGES = st.lists(
    st.fixed_dictionaries(
        {
            "length_ms": LENGTHS,
            "before": st.integers(0, 3),
            "during": st.lists(st.tuples(st.integers(0, 1), st.sampled_from(Precedence)), max_size=6),
            "restarts": st.sampled_from([None, None, 0, 1]),
            "skew_ms": st.sampled_from([0, 0, -DAY, 365 * DAY]),
            "dialler": st.integers(0, 1),
        }
    ),
    min_size=1,
    max_size=6,
)


def there(world):
    return all(
        world.ends[log].link.state().phase is Phase.OPEN
        and sorted(world.ends[1 - log].shown) == list(range(len(world.ends[log].written)))
        and world.ends[log].link.state().queued == 0
        for log in (0, 1)
    )


def flash_came_first(came, written):
    """Whether all FLASH stands in the batches up to the first that holds anything else; one batch is shown at once."""
    is_flash = [[written[index].precedence is Precedence.FLASH for index in batch] for batch in came]
    first_other = next((at for at, batch in enumerate(is_flash) if not all(batch)), len(came))
    seen = {index for batch in came[: first_other + 1] for index in batch}
    later = {index for batch in came for index in batch} - seen
    return not any(written[index].precedence is Precedence.FLASH for index in later)


@settings(max_examples=size(small=40, full=1_000))
@given(st.integers(0, 1_000), st.integers(1, 150), OUTAGES)
@example(
    1,
    5,
    [
        {
            "length_ms": 30 * DAY,
            "before": 1,
            "during": [(0, Precedence.ROUTINE), (0, Precedence.FLASH), (1, Precedence.FLASH)],
            "restarts": 1,
            "skew_ms": -DAY,
            "dialler": 0,
        }
    ],
)
def test_a_path_that_breaks_and_returns(seed, delay_ms, outages):
    world = TwoLinks(seed, faults=Faults(delay_ms=delay_ms))
    world.connect()
    world.run(2 * SECOND)
    for outage in outages:
        world.write(0, outage["before"])
        world.run(SECOND)
        world.disconnect()
        for end, precedence in outage["during"]:
            world.write(end, 1, precedence)
        world.clock.advance(outage["length_ms"])
        world.ends[0].skew_ms = outage["skew_ms"]
        came = {0: [], 1: []}
        world.on_batch = lambda _, batch, came=came: came[batch.log].append(
            [each.index for each in batch.entries]
        )
        if outage["restarts"] is not None:
            world.restart(outage["restarts"])
        else:
            world.connect(outage["dialler"])
        assert world.run(SECONDS_ALLOWED_MS, lambda: there(world))
        assert all(flash_came_first(came[log], world.ends[log].written) for log in (0, 1))
    assert all(len(node.shown) == len(set(node.shown)) for node in world.ends)


@settings(max_examples=size(small=10, full=300))
@given(
    st.integers(0, 1_000),
    st.lists(st.tuples(st.integers(1, 8 * 60 * SECOND), st.integers(0, 30)), min_size=1, max_size=3),
)
@example(0, [(2_080, 0), (2_020, 0), (2_020, 1)])  # sent on a session that the other side no longer knows
@example(0, [(10_560, 0), (2_020, 0), (2_020, 1)])  # the same, when both had begun at once
@example(0, [(10_560, 0), (2_020, 1)])  # each sends on a session that the other has let go for its own
@example(0, [(2_040, 1), (2_000, 1)])  # shorter than a silence is noticed, and sent again once in vain
def test_a_path_that_falls_silent_without_breaking_and_is_dialled_again(seed, silences):
    """Nobody is told: the link must notice by itself, and the node dial again, however long nobody answers."""
    world = TwoLinks(seed, faults=Faults(delay_ms=20))
    world.connect()
    world.run(2 * SECOND)
    for length_ms, count in silences:
        world.wire.faults.is_cut = True
        world.write(1, count)
        world.run(length_ms)
        world.write(0, 1, Precedence.FLASH)
        world.wire.faults.is_cut = False
        assert world.run(SECONDS_ALLOWED_MS, lambda: there(world))
    assert all(len(node.shown) == len(set(node.shown)) for node in world.ends)


@settings(max_examples=size(small=10, full=200))
@given(st.integers(0, 1_000), st.integers(1, 10 * 60 * SECOND), st.integers(0, 20))
def test_a_path_that_is_never_replaced_works_again_when_it_carries_again(seed, length_ms, count):
    """A bearer that cannot be dialled anew, such as a radio: heartbeats go on, and the first one heard starts all."""
    world = TwoLinks(seed, faults=Faults(delay_ms=20), redial=False)
    world.connect()
    world.run(2 * SECOND)
    world.wire.faults.is_cut = True
    world.write(0, count)
    world.run(length_ms)
    world.write(0, 1, Precedence.FLASH)
    world.wire.faults.is_cut = False
    assert world.run(SECONDS_ALLOWED_MS, lambda: there(world))
