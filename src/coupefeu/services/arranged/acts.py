"""One act as it is judged: what it says, who wrote it, and what its author had seen of the other log.

*Had seen* is the order between logs that nobody can move afterwards (protocol A3): what an entry names by its leaf
hash, or what lies below the size of the log that its head says its author held.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from coupefeu.model.messages import MessageId
from coupefeu.services.arranged.facts import ArrangeFact, read_arranged
from coupefeu.services.base import Context

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Act:
    """One entry. `seen`: by log, the size that its author held; None: it is not written yet, and has seen all."""

    row: Row
    id: MessageId
    party: str
    kind: int
    from_post: str
    fact: ArrangeFact
    defect: str
    offer: MessageId
    seen: Mapping[int, int] | None

    @classmethod
    def of(cls, row: Row, context: Context) -> Self:
        """Read a row; never raises for what a peer wrote."""
        fact, defect = read_arranged(row["kind"], row["body"])
        return cls(
            row=row,
            id=(row["log"], row["idx"]),
            party=context.party_of(row["log"]),
            kind=row["kind"],
            from_post=row["from_post"],
            fact=fact,
            defect=defect,
            offer=(row["offer_log"], row["offer_idx"]),
            seen=None if row["seen"] is None else dict(json.loads(row["seen"])),
        )

    def had_seen(self, other: "Act", context: Context) -> bool:
        """Whether its author knew that other act when this one was written."""
        if self.party == other.party:
            return other.id < self.id
        if self.seen is None or self._names(other):
            return True
        return any(
            log > other.id[0] or (log == other.id[0] and size > other.id[1])
            for log, size in self.seen.items()
            if context.party_of(log) == other.party
        )

    def _names(self, other: "Act") -> bool:
        return self.offer == other.id and self.row["offer_leaf"] in {None, other.row["leaf_hash"]}


def in_order(proposers: Sequence[Act], askeds: Sequence[Act], context: Context) -> Iterator[Act]:
    """Give the acts of both in the one order in which they are judged, whatever order they came in.

    Each party's in its own; an act of the proposer behind the last one that it had seen. Of two that crossed (neither
    author had seen the other) the proposer's comes first, as with a call that is withdrawn before its answer was seen.
    """
    waiting = deque(askeds)
    for act in proposers:
        known = [place for place, each in enumerate(waiting, 1) if act.had_seen(each, context)]
        for _ in range(max(known, default=0)):
            yield waiting.popleft()
        yield act
    yield from waiting
