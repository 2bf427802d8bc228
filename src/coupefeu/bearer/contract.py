"""What every bearer is; the suite that each must pass is `coupefeu.testing.bearer_contract`.

    open(address) -> path ... send(path, datagrams) ... close_path(path) ... close()
    told, for each path in this order:  accepted(path)?  received(path, datagrams)*  closed(path)

A datagram arrives whole or not at all; it may get lost, come twice or overtake another. Each end numbers paths for
itself and never uses a number twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class LatencyClass(StrEnum):
    """How long a round trip takes, and so what a link may expect of a bearer."""

    INSTANT = "instant"
    """Seconds at most: a heartbeat each second."""
    BURST = "burst"
    """Seconds to minutes, and each datagram is dear."""
    CARRIED = "carried"
    """Hours to days: by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Whom a bearer tells, on its own loop.

    `accepted`: a stranger has come; a path that we opened ourselves is not told. `received`: whole datagrams, in order
    of arrival. `closed`: a path has gone, whoever closed it; nothing comes of it afterwards.
    """

    accepted: Callable[[int], None]
    received: Callable[[int, list[bytes]], None]
    closed: Callable[[int], None]


@runtime_checkable
class Bearer(Protocol):
    """Carries datagrams; built with its `Receiver`, used from one loop."""

    @property
    def max_bytes(self) -> int:
        """The longest datagram it carries."""
        ...

    @property
    def latency_class(self) -> LatencyClass:
        """How long a round trip takes."""
        ...

    async def open(self, address: str) -> int:
        """Open a path to whoever listens at `address`, and return its number.

        Raises: BearerError when nobody answers, or this bearer is closed; try again later.
        """
        ...

    def send(self, path: int, datagrams: Iterable[bytes]) -> None:
        """Send on a path; one that has gone swallows them.

        Raises: UsageError when one is empty or longer than `max_bytes`; then none has been sent.
        """
        ...

    def promote(self, path: int) -> None:
        """Lift the limits on strangers: the link has seen a valid first message here. Call it within `received`."""
        ...

    def close_path(self, path: int) -> None:
        """Close a path at once; `closed` follows at both ends."""
        ...

    async def close(self) -> None:
        """Close everything, for good; nothing is told after this returns."""
        ...
