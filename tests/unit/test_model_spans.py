"""A set of indices kept as ranges behaves as a set, and costs what its gaps are."""

from hypothesis import example, given
from hypothesis import strategies as st

from coupefeu.model.spans import Spans

INDEX = st.integers(0, 40)
NAMES = st.sampled_from(["add", "discard", "drop_before", "insert", "cut"])
STEPS = st.lists(st.tuples(NAMES, INDEX, st.integers(0, 9)), max_size=60)


@given(STEPS, INDEX)
@example([("insert", 0, 2), ("cut", 1, 0)], 0)  # nothing taken out of the middle parts nothing
def test_it_behaves_as_a_set(steps, asked):
    spans, plain = Spans(), set()
    for name, index, count in steps:
        meant = set(range(index, index + count))
        match name:
            case "insert":
                new = spans.insert(index, index + count)
                assert [each for start, end in new for each in range(start, end)] == sorted(meant - plain)
                plain |= meant
            case "cut":
                taken = spans.cut(index, index + count)
                assert [each for start, end in taken for each in range(start, end)] == sorted(meant & plain)
                plain -= meant
            case "add":
                spans.add(index)
                plain.add(index)
            case "discard":
                spans.discard(index)
                plain.discard(index)
            case _:
                spans.drop_before(index)
                plain = {each for each in plain if each >= index}
    assert list(spans) == sorted(plain)
    assert bool(spans) is bool(plain)
    assert (asked in spans) is (asked in plain)
    assert spans.next_from(asked) == min((each for each in plain if each >= asked), default=None)
    assert spans.end_of(asked) == next(each for each in range(asked, 100) if each not in plain)
    bounds = [bound for pair in spans.ranges(99) for bound in pair]
    assert bounds == sorted(set(bounds)), "no range is empty, and no two touch"


def test_a_copy_is_its_own():
    spans = Spans([1, 2, 3])
    other = spans.copy()
    other.discard(2)
    assert (spans.ranges(9), other.ranges(9)) == (((1, 4),), ((1, 2), (3, 4)))


def test_entries_without_a_gap_are_one_range():
    assert Spans(range(50_000)).ranges(2) == ((0, 50_000),)
