"""A set of indices kept as half-open ranges, so that it costs what its gaps are, however many a peer lets us hold."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice


class Spans:
    """Indices of one log. No two ranges touch, so the bounds rise strictly."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, indices: Iterable[int] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for index in indices:
            self.add(index)

    def __contains__(self, index: int) -> bool:
        """Whether the index is in the set."""
        return self.end_of(index) > index

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._starts)

    def __iter__(self) -> Iterator[int]:
        """Give all, ascending."""
        for start, end in zip(self._starts, self._ends, strict=True):
            yield from range(start, end)

    def copy(self) -> "Spans":
        """Give an equal set of its own."""
        other = Spans()
        other._starts, other._ends = self._starts.copy(), self._ends.copy()
        return other

    def end_of(self, index: int) -> int:
        """Give the end of the range that holds `index`; `index` itself when none does."""
        at = bisect_right(self._starts, index) - 1
        return self._ends[at] if at >= 0 and self._ends[at] > index else index

    def next_from(self, index: int) -> int | None:
        """Give the first that is not before `index`."""
        if index in self:
            return index
        at = bisect_left(self._starts, index)
        return self._starts[at] if at < len(self._starts) else None

    def ranges(self, most: int) -> tuple[tuple[int, int], ...]:
        """Give the first `most` ranges."""
        return tuple(islice(zip(self._starts, self._ends, strict=True), most))

    def add(self, index: int) -> None:
        """Put one in."""
        if index in self:
            return
        at = bisect_right(self._starts, index)
        self._starts.insert(at, index)
        self._ends.insert(at, index + 1)
        self._join(at)
        self._join(at - 1)

    def discard(self, index: int) -> None:
        """Take one out, if it is there."""
        at = bisect_right(self._starts, index) - 1
        if at < 0 or self._ends[at] <= index:
            return
        parts = [(self._starts[at], index), (index + 1, self._ends[at])]
        left = [(start, end) for start, end in parts if start < end]
        self._starts[at : at + 1] = [start for start, _ in left]
        self._ends[at : at + 1] = [end for _, end in left]

    def drop_before(self, index: int) -> None:
        """Take out all before `index`."""
        at = bisect_right(self._ends, index)
        del self._starts[:at], self._ends[:at]
        if self._starts:
            self._starts[0] = max(self._starts[0], index)

    def _join(self, at: int) -> None:
        """Make one of the ranges `at` and the next, where they touch."""
        if 0 <= at < len(self._starts) - 1 and self._ends[at] == self._starts[at + 1]:
            del self._ends[at], self._starts[at + 1]
