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
        if index not in self:
            self.insert(index, index + 1)

    def insert(self, start: int, end: int) -> list[tuple[int, int]]:
        """Put [start, end) in; return the parts of it that are new."""
        if self.end_of(start) >= end:
            return []
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        new, at = [], start
        for known_start, known_end in zip(self._starts[first:last], self._ends[first:last], strict=True):
            if at < known_start:
                new.append((at, known_start))
            at = max(at, known_end)
        if at < end:
            new.append((at, end))
        self._starts[first:last] = [min([start, *self._starts[first:last][:1]])]
        self._ends[first:last] = [max(at, end)]
        return new

    def discard(self, index: int) -> None:
        """Take one out, if it is there."""
        self.cut(index, index + 1)

    def cut(self, start: int, end: int) -> list[tuple[int, int]]:
        """Take [start, end) out; return the parts of it that were there."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if first >= last or start >= end:
            return []
        held = zip(self._starts[first:last], self._ends[first:last], strict=True)
        taken = [(max(start, held_start), min(end, held_end)) for held_start, held_end in held]
        parts = [(self._starts[first], start), (end, self._ends[last - 1])]
        left = [(left_start, left_end) for left_start, left_end in parts if left_start < left_end]
        self._starts[first:last] = [left_start for left_start, _ in left]
        self._ends[first:last] = [left_end for _, left_end in left]
        return taken

    def drop_before(self, index: int) -> None:
        """Take out all before `index`."""
        at = bisect_right(self._ends, index)
        del self._starts[:at], self._ends[:at]
        if self._starts:
            self._starts[0] = max(self._starts[0], index)
