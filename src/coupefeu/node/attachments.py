"""Asks for attachments and their parts, between the links and the store of one engine (protocol A3, A14)."""

from collections.abc import Callable
from functools import partial

from coupefeu.errors import PeerError
from coupefeu.link import events
from coupefeu.model.instant import Moment
from coupefeu.node.events import AttachmentKept, Change
from coupefeu.node.peer import Peer
from coupefeu.store.jobs import Job, Kept, Outcome, Part, ReadPart
from coupefeu.wire.packet import AttachmentAsk, AttachmentPart


class Attachments:
    """Answers what other parties ask of our log, and fetches what they promised us."""

    def __init__(
        self,
        submit: Callable[[Job, Callable[[Outcome], None]], None],
        clock: Callable[[], Moment],
        tell: Callable[[Change], None],
        tell_refusal: Callable[[Peer, Exception], None],
    ) -> None:
        self._submit = submit
        self._clock = clock
        self._tell = tell
        self._tell_refusal = tell_refusal

    # --- theirs to ask ------------------------------------------------------------------------------------

    def answer(self, peer: Peer, ask: AttachmentAsk) -> None:
        """Read what a party asks for, one part at a time; the store says whether the party may have it."""
        if peer.is_answered:
            peer.is_answered = False
            job = ReadPart(
                log=ask.log, index=ask.index, number=ask.number, offset=ask.offset, holder=peer.log
            )
            self._submit(job, partial(self._read, peer, ask))

    def _read(self, peer: Peer, ask: AttachmentAsk, outcome: Outcome) -> None:
        peer.is_answered = True
        if isinstance(outcome, Part):
            peer.link.part(AttachmentPart(ask, outcome.data))
        elif isinstance(outcome, Exception):
            self._tell_refusal(peer, outcome)

    # --- ours to fetch ------------------------------------------------------------------------------------

    def note_line(self, peer: Peer, event: events.Event, now: Moment) -> None:
        """Fetch while the line is up."""
        if isinstance(event, events.SessionDown):
            peer.fetching.line_is_down()
        elif isinstance(event, events.SessionUp) and not event.renewed:
            peer.fetching.line_is_up(now.mono_ms)

    def take(self, peer: Peer, part: AttachmentPart, now: Moment) -> None:
        """Take a part that came."""
        try:
            peer.fetching.take(part, now.mono_ms)
        except PeerError as error:
            self._tell_refusal(peer, error)

    def fetch(self, peer: Peer, now: Moment) -> None:
        """Do what is due for one party."""
        due_ms = peer.fetch_ms()
        if due_ms is None or due_ms > now.mono_ms:
            return
        try:
            step = peer.fetching.step(now.mono_ms)
        except PeerError as error:
            self._tell_refusal(peer, error)
            return
        if isinstance(step, AttachmentAsk):
            peer.link.ask(step)
        elif step is not None:
            self._submit(step, partial(self._fetched, peer))

    def _fetched(self, peer: Peer, outcome: Outcome) -> None:
        peer.fetching.answered(outcome, self._clock().mono_ms)
        if isinstance(outcome, Kept):
            self._tell(AttachmentKept(log=outcome.log, index=outcome.index, number=outcome.number))
        elif isinstance(outcome, Exception):
            self._tell_refusal(peer, outcome)
