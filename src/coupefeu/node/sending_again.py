"""What of our log goes once more, because the other side asks for it or has lost what it had co-signed (protocol A13).

Nothing is read on the loop, and never a whole log: entries are read apart and offered in steps, the next when most of
the last is acknowledged. Of what lies behind, only leaf hashes are held, 32 bytes each, as for whoever has not
co-signed yet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from coupefeu.model.instant import Moment
from coupefeu.node.events import Change, Trouble
from coupefeu.node.peer import Again, Peer
from coupefeu.node.post_quantum import Work
from coupefeu.record.tree import Frontier
from coupefeu.store.outgoing import Pending
from coupefeu.wire.packet import LeafOnly

MAX_OFFERED_AGAIN: Final = 1_024
"""Entries read for one request of the other side, and at one step; who lacks more asks again."""
STALE_ASK_MS: Final = 2_000
"""An ask behind a co-signature that came so lately may have been sent before it, and proves no loss."""
FALL_BACK_AGAIN_MS: Final = 60_000
"""So seldom a party that has shown its loss may have us begin again behind what it has co-signed."""
UNSHOWN_AGAIN_MS: Final = 3_600_000
"""So seldom one that has shown nothing: a record may have been put back in silence, and no honest one is twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """Reads of our own log, as `store.outgoing` has them; made apart from the loop."""

    pending: Callable[[int, int], Iterable[Pending]]
    behind: Callable[[int, int], tuple[Frontier, list[bytes]]]


class SendingAgain:
    """Offers what is asked for anew; called from the engine's loop only."""

    def __init__(
        self,
        our_log: int,
        loading: Loading,
        work: Work,
        clock: Callable[[], Moment],
        tell: Callable[[Change], None],
        tell_refusal: Callable[[Peer, Exception], None],
    ) -> None:
        """`work` runs a read apart, and gives back what it read on the loop."""
        self._our_log = our_log
        self._loading = loading
        self._work = work
        self._clock = clock
        self._tell = tell
        self._tell_refusal = tell_refusal

    def asked(self, peer: Peer, start: int, end: int) -> None:
        """Answer a request of the other side, one at a time."""
        if start < peer.sealer.base_size:
            self._fall_back(peer, start)
        elif not peer.is_reading:
            peer.is_reading = True
            self._read(peer, start, end, partial(self._read_asked, peer))

    def offer(self, peer: Peer, start: int, end: int) -> None:
        """Offer once more what of [start, end) one step holds."""
        self._read(peer, start, end, partial(self._offer, peer))

    def renew(self, peer: Peer) -> None:
        """Send anew, whole, what waits and names what another party may hold otherwise (store/parted.py).

        What is being read meanwhile is read again: it may still have the short form, which nobody there can restore.
        """
        peer.renewals += 1
        self._renew(peer, peer.renewals, peer.sealer.base_size, peer.sealer.size)

    def step(self, peer: Peer) -> None:
        """Go on with what a party has lost, when most of the last step is acknowledged."""
        again = peer.again
        if again is None or again.is_reading:
            return
        if again.start >= again.end:
            peer.again = None
        elif peer.link.state().queued < again.kept + MAX_OFFERED_AGAIN // 2:
            again.is_reading = True
            self._read(peer, again.start, again.end, partial(self._stepped, peer, again))

    def _read(self, peer: Peer, start: int, end: int, done: Callable[[list[Pending]], None]) -> None:
        stop, renewals = min(end, start + MAX_OFFERED_AGAIN), peer.renewals

        def came(read: Any) -> None:
            if renewals != peer.renewals:
                self._read(peer, start, end, done)
                return
            if isinstance(read, Exception):
                self._tell_refusal(peer, read)
            done([] if isinstance(read, Exception) else read)

        self._work(lambda: list(self._loading.pending(start, stop)), came)

    def _renew(self, peer: Peer, renewal: int, start: int, end: int) -> None:
        """Renew step by step, unless it was begun anew meanwhile."""
        if start < end and renewal == peer.renewals:
            self._read(peer, start, end, partial(self._renewed, peer, renewal, end))

    def _renewed(self, peer: Peer, renewal: int, end: int, pending: list[Pending]) -> None:
        peer.link.renew(peer.outgoing(self._our_log, each) for each in pending)
        if pending:
            self._renew(peer, renewal, pending[-1].index + 1, end)

    def _read_asked(self, peer: Peer, pending: list[Pending]) -> None:
        peer.is_reading = False
        self._offer(peer, pending)

    def _offer(self, peer: Peer, pending: list[Pending]) -> None:
        """Offer what is still to be signed for: they may have co-signed while it was read."""
        signable = range(peer.sealer.base_size, peer.sealer.size)
        peer.link.offer(peer.outgoing(self._our_log, each) for each in pending if each.index in signable)

    def _stepped(self, peer: Peer, again: Again, pending: list[Pending]) -> None:
        again.is_reading = False
        if peer.again is not again:
            return
        if not pending:
            peer.again = None  # it cannot be read: what is lacking is asked for again
            return
        again.start = pending[-1].index + 1
        again.kept += sum(isinstance(each.entry, LeafOnly) for each in pending)
        self._offer(peer, pending)

    def _fall_back(self, peer: Peer, start: int) -> None:
        """Begin again behind `start`: they co-signed more, and their record has lost it (protocol A13)."""
        mono_ms = self._clock().mono_ms
        wait_ms = FALL_BACK_AGAIN_MS if peer.has_shown_loss else UNSHOWN_AGAIN_MS
        if peer.fell_back_ms is not None and mono_ms - peer.fell_back_ms < wait_ms:
            return
        if peer.cosigned_ms is not None and mono_ms - peer.cosigned_ms < STALE_ASK_MS:
            return
        peer.fell_back_ms = mono_ms
        base_size = peer.sealer.base_size
        self._work(lambda: self._loading.behind(start, base_size), partial(self._fallen, peer, base_size))

    def _fallen(self, peer: Peer, base_size: int, read: Any) -> None:
        if isinstance(read, Exception):
            self._tell_refusal(peer, read)
            return
        frontier, hashes = read
        if peer.sealer.base_size != base_size:
            return  # they co-signed in the meantime: what they still lack is asked for again
        start = frontier.size
        peer.sealer.fall_back(frontier, hashes)
        peer.link.fall_back(self._our_log, start)
        peer.again = Again(start=start, end=peer.sealer.size)
        detail = (
            f"the other side has lost our entries from {start:,} on, which it had co-signed: they go again"
        )
        self._tell(Trouble(party=peer.log, code="node.engine.fell_back", detail=detail))
