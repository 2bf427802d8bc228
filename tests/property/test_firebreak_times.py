"""When entries count: as the specification says it, in whatever order they come, and the same on both nodes."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.firebreak_line import SKEW_MS, Entry, MemoryRecord, expected
from tests.sizes import size
from tests.stores import moment

START_MS = moment().utc_ms
STEP_MS = SKEW_MS // 3
TABLES = ("firebreak_times", "firebreak_sights")

steps = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from([0, 0, 0, 1, -1, 4, -4, 40, -40, 10_000, -10_000]),
        st.sampled_from(["all", "all", "some", "none", "named"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=24,
)
"""Who writes, how far its clock is off, how much of the other log it says to have seen, how much less than all."""


def honest(story):
    """Write a story in the order in which it happened: nobody has seen what was not written, and none forgets."""
    counts, entries = [0, 0], []
    for now, (log, off, sees, less) in enumerate(story):
        other = counts[1 - log]
        entry = Entry(log=log, index=counts[log], claimed_ms=START_MS + (now + off) * STEP_MS)
        if sees == "named" and other:
            entry = replace(entry, named=max(other - 1 - less, 0))
        elif sees in {"all", "some"}:
            entry = replace(entry, seen=max(other - (less if sees == "some" else 0), 0))
        entries.append(entry)
        counts[log] += 1
    return entries


def taken(ours, entries, cuts=()):
    """Let a node take entries in this order, in transactions that end at these places."""
    record = MemoryRecord(ours)
    edges = [0, *sorted({min(cut, len(entries)) for cut in cuts}), len(entries)]
    for start, end in pairwise(edges):
        if start < end:
            record.take(*entries[start:end])
    return record


@settings(max_examples=size(small=150, full=20_000), deadline=None)
@given(steps, st.integers(0, 1), st.lists(st.integers(1, 24), max_size=6))
def test_entries_count_as_is_specified_however_many_come_at_once(story, ours, cuts):
    entries = honest(story)
    record = taken(ours, entries, cuts)
    assert record.counted() == expected(entries)
    assert record.rows(*TABLES) == taken(ours, entries).rows(*TABLES)
    assert record.rows(*TABLES) == taken(ours, entries, range(len(entries))).rows(*TABLES)


@settings(max_examples=size(small=150, full=20_000), deadline=None)
@given(steps, st.integers(0, 1), st.randoms(use_true_random=False), st.lists(st.integers(1, 24), max_size=6))
def test_in_whatever_order_those_of_the_other_side_come(story, ours, random, cuts):
    entries = honest(story)
    mine = [each for each in entries if each.log == ours]
    theirs = [each for each in entries if each.log != ours]
    random.shuffle(theirs)
    shuffled = [*mine, *theirs]
    record = taken(ours, shuffled, cuts)
    assert record.counted() == expected(entries)
    assert record.rows(*TABLES) == taken(ours, entries).rows(*TABLES)


@settings(max_examples=size(small=100, full=20_000), deadline=None)
@given(steps, st.lists(st.integers(1, 24), max_size=6))
def test_both_nodes_count_alike(story, cuts):
    entries = honest(story)
    assert taken(0, entries, cuts).counted() == taken(1, entries).counted()


hostile = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from([0, 1, -40, 10_000, -(1 << 50), (1 << 62)]),
        st.integers(0, 40),
        st.none() | st.integers(0, 40),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=size(small=150, full=20_000), deadline=None)
@given(hostile, st.lists(st.integers(1, 24), max_size=6))
def test_whatever_the_other_side_says_to_have_seen_it_has_seen_no_more_than_we_had_written(story, cuts):
    counts, entries, believed = [0, 0], [], []
    for now, (log, off, seen, named) in enumerate(story):
        claimed_ms = max(START_MS + now * STEP_MS + off * STEP_MS, 0) if abs(off) < 1 << 40 else max(off, 0)
        entry = Entry(log=log, index=counts[log], claimed_ms=claimed_ms, seen=seen, named=named)
        if log == 0:
            entry = replace(entry, seen=min(seen, counts[1]), named=None)
        written = counts[0] if log else counts[1]
        least = replace(
            entry,
            claimed_ms=min(claimed_ms, 1 << 52),
            seen=min(entry.seen, written),
            named=None if entry.named is None or not written else min(entry.named, written - 1),
        )
        entries.append(entry)
        believed.append(least)
        counts[log] += 1
    record = taken(0, entries, cuts)
    assert record.counted() == expected(believed)
    assert record.rows(*TABLES) == taken(0, entries).rows(*TABLES)
