"""Logs of which another party may hold other entries than we do: what we say of them goes whole (protocol A3, A13).

A head on air leaves out the hashes of what it refers to, for the receiver has them. Where its author forked a log, or
lost a part of it, the receiver has others, and could not even read that we refer to ours: the line would be dumb.
"""

from collections.abc import Mapping
from typing import Final

from coupefeu.model.entry import Head
from coupefeu.store.sqlite import Connection

Parted = Mapping[int, int]
"""By log: the size up to which all hold the same of it; logs that are not named are the same everywhere."""


_PARTED: Final = (
    "SELECT log, min(size) FROM (SELECT log, idx AS size FROM evidence"
    " UNION ALL SELECT log, closed_at FROM logs WHERE closed_at IS NOT NULL) GROUP BY log"
)


def parted_logs(connection: Connection) -> dict[int, int]:
    """Read where logs part: at a fork that is proved, and where a party closed an earlier log of its own."""
    return {int(log): int(size) for log, size in connection.query(_PARTED)}


def refers_beyond(head: Head, parted: Parted) -> bool:
    """Whether a head names anything of a log beyond where it parts."""
    if not parted:
        return False
    return any(each.index >= parted.get(each.log, each.index + 1) for each in head.references) or any(
        each.size > parted.get(each.log, each.size) for each in head.seen
    )
