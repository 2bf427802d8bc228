"""Descriptions of calls between the consoles of two nodes: judged against the signed entries, resent, never kept.

    our console -> describe -> [ours: relay alone, our fingerprint] -> signal ~~~> their node
    their node ~~~> signal -> hear -> [theirs: their fingerprint, addresses] -> our console

    who was called     lacks an offer while it rings: wishes for one again and again
    the caller         was answered, and its offer was not: offers again; an offer heard twice is answered again

Nothing of this is on record, in node.log or on disk (protocol A18); what the record has are the fingerprints, and that
a call was lost because a description was not of the key in the signed entry.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.calls import CallState, LostCause
from coupefeu.model.instant import Moment
from coupefeu.model.messages import MessageId
from coupefeu.node.engine import Engine
from coupefeu.node.events import Change, EntryRecorded, SignalHeard, Trouble
from coupefeu.node.media_policy import MediaPolicy, check_ours, check_theirs
from coupefeu.services.calls.commands import LoseCall
from coupefeu.services.calls.facts import KINDS
from coupefeu.services.calls.status import CallView
from coupefeu.wire.sdp import Description, parse_sdp
from coupefeu.wire.signal import (
    MAX_NUMBER,
    CallSignal,
    SignalType,
    decode_signal,
    digest_of,
    encode_signal,
)

FIRST_AGAIN_MS: Final = 500
LAST_AGAIN_MS: Final = 4_000
ANSWERED_AGAIN_MS: Final = 250
MAX_TALKS: Final = 256
"""Beyond it the oldest goes that no officer of ours has answered or placed, and its offer is wished for anew."""
TOLD_AGAIN_MS: Final = 10_000
OTHER_FINGERPRINT: Final = "node.signalling.other_fingerprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What our console knows of the other one's media: its newest description, and what was refused by either node."""

    theirs: CallSignal | None = None
    refused_here: str = ""
    refused_there: str = ""


@dataclass(slots=True)
class _Talk:
    """What was said about the media of one call."""

    call: MessageId
    ours: CallSignal | None = None
    theirs: CallSignal | None = None
    came: bytes = b""
    """The digest of their description as it came, by which an answer names the offer."""
    refused_here: str = ""
    refused_there: str = ""
    due_ms: int | None = None
    wait_ms: int = FIRST_AGAIN_MS
    answered_again_ms: int = -ANSWERED_AGAIN_MS

    def begin(self, now_ms: int) -> None:
        """Count the waits from now on."""
        self.wait_ms = FIRST_AGAIN_MS
        self.due_ms = now_ms + self.wait_ms

    def go_on(self, now_ms: int) -> None:
        """Wait twice as long as before."""
        self.wait_ms = min(2 * self.wait_ms, LAST_AGAIN_MS)
        self.due_ms = now_ms + self.wait_ms

    @property
    def is_answered(self) -> bool:
        """Whether their answer is one to our newest offer."""
        return (
            self.ours is not None
            and self.theirs is not None
            and self.theirs.digest == digest_of(self.ours.text)
        )


class Signalling:
    """The talk of our node with the others about the media of calls; a standing order of the engine."""

    def __init__(
        self,
        engine: Engine,
        parties: Sequence[str],
        *,
        find: Callable[[MessageId], CallView | None],
        policy: MediaPolicy,
        clock: Callable[[], Moment],
    ) -> None:
        """`parties` in the agreement's order; `find`: a call that is open, as it is now."""
        self._engine = engine
        self._parties = parties
        self.find = find
        self.policy = policy
        self._clock = clock
        self._talks: dict[MessageId, _Talk] = {}
        self._listeners: list[Callable[[MessageId], None]] = []
        self._told_ms: dict[str, int] = {}
        engine.listen(self._hear)
        engine.stand_by(self)

    def listen(self, listener: Callable[[MessageId], None]) -> Callable[[], None]:
        """Tell `listener` of which call `heard` has become another one; gives the function that ends it."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def _hear(self, change: Change) -> None:
        match change:
            case SignalHeard(party=log, payload=payload):
                try:
                    self.hear(self._parties[log], payload)
                except PeerError as error:
                    self._tell_refusal(log, error)
            case EntryRecorded(recorded=recorded) if (
                recorded.head is not None and recorded.head.kind in KINDS
            ):
                for each in recorded.head.references:
                    self.look((each.log, each.index))

    def _tell_refusal(self, log: int, error: PeerError) -> None:
        """Tell of what was refused, at most once in a while for each code; never with what stood in it."""
        mono_ms = self._clock().mono_ms
        if mono_ms - self._told_ms.get(error.code, -TOLD_AGAIN_MS) >= TOLD_AGAIN_MS:
            self._told_ms[error.code] = mono_ms
            self._engine.tell(Trouble(party=log, code=error.code, detail=error.message))

    def _changed(self, call: MessageId) -> None:
        for listener in tuple(self._listeners):
            listener(call)

    # --- what our console says --------------------------------------------------------------------------------

    def describe(self, call: MessageId, kind: SignalType, text: str, *, is_direct: bool) -> tuple[str, ...]:
        """Send a description of our console to the other one; gives the addresses in it, which the other side learns.

        `is_direct`: our officer chose so for this call, or [relay] says it.

        Raises:
            UsageError: there is no such call with media, or it is not ours to offer or answer; `node.media_policy.*`.
            PeerError: `wire.sdp.*`: no browser of ours wrote it.
        """
        view = self._need(call, kind)
        direct = is_direct or self.policy.is_one_network
        described = parse_sdp(text, keep=lambda each: self.policy.shows(each, is_direct=direct))
        if described.fingerprint != view.fingerprints[0]:
            raise UsageError(
                "the description is of another certificate than the one in our signed entry",
                code="node.signalling.our_fingerprint",
                hint="The media of this call belongs to the page that placed or answered it.",
            )
        check_ours(described)
        self._say(self._talk(call), kind, described)
        return tuple(sorted({str(each.address) for each in described.candidates}))

    def _need(self, call: MessageId, kind: SignalType) -> CallView:
        view = self.find(call)
        wanted = SignalType.OFFER if view is not None and view.ours else SignalType.ANSWER
        if view is None or kind is not wanted or not self._may(view, kind) or view.fingerprints[0] is None:
            raise UsageError(
                "there is no such call with voice or video here, or it is not for us to say this now",
                code="node.signalling.no_call",
                hint="The caller's console offers, the other one answers once an officer has.",
            )
        return view

    @staticmethod
    def _may(view: CallView, kind: SignalType) -> bool:
        return view.is_open and (kind is SignalType.OFFER or view.state is CallState.IN_CALL)

    def _say(self, talk: _Talk, kind: SignalType, described: Description) -> None:
        number = min(MAX_NUMBER, 1 + (talk.ours.number if talk.ours is not None else 0))
        digest = b""
        if kind is SignalType.ANSWER:
            if talk.theirs is None:
                raise UsageError(
                    "there is no offer to be answered", code="node.signalling.no_offer", hint="Wait for it."
                )
            digest = talk.came
        talk.refused_there = ""
        talk.ours = CallSignal(call=talk.call, number=number, type=kind, text=described.text, digest=digest)
        talk.begin(self._clock().mono_ms)
        self._send_to(talk, talk.ours)

    def heard(self, call: MessageId) -> Heard:
        """Give what the other side's console said of its media."""
        talk = self._talks.get(call)
        if talk is None:
            return Heard()
        return Heard(theirs=talk.theirs, refused_here=talk.refused_here, refused_there=talk.refused_there)

    # --- what the other side says -----------------------------------------------------------------------------

    def hear(self, party: str, payload: bytes) -> None:
        """Take a signal of the other side's node. Raises: PeerError: it is malformed, or of another party's call."""
        signal = decode_signal(payload)
        view = self.find(signal.call)
        if view is None:
            return  # not on record yet, or over: it comes again
        if view.party != party:
            raise PeerError(
                "a signal is about a call of another party",
                code="node.signalling.not_theirs",
                hint="Nothing was done about it.",
            )
        match signal.type:
            case SignalType.WISH:
                self._wish_heard(signal)
            case SignalType.REFUSED:
                self._refusal_heard(signal)
            case SignalType.OFFER | SignalType.ANSWER:
                self._described(view, signal)

    def _wish_heard(self, signal: CallSignal) -> None:
        talk = self._talks.get(signal.call)
        if talk is not None and talk.ours is not None and talk.ours.number >= signal.number:
            self._again(talk, talk.ours)

    def _refusal_heard(self, signal: CallSignal) -> None:
        talk = self._talks.get(signal.call)
        if talk is not None and talk.ours is not None and talk.ours.number == signal.number:
            talk.refused_there = signal.text
            talk.due_ms = None
            self._changed(signal.call)

    def _described(self, view: CallView, signal: CallSignal) -> None:
        is_theirs_to_say = signal.type is (SignalType.ANSWER if view.ours else SignalType.OFFER)
        if not is_theirs_to_say or not self._may(view, signal.type):
            return
        talk = self._talk(view.id)
        if talk.theirs is not None and signal.number <= talk.theirs.number:
            self._heard_again(talk, signal)
            return
        try:
            described = self._judge(view, signal)
        except PeerError as error:
            self._refuse(talk, signal, error.code)
            self._tell_refusal(self._parties.index(view.party), error)
            return
        if signal.type is SignalType.ANSWER and not self._is_to_ours(talk, signal):
            return
        talk.theirs = CallSignal(
            call=signal.call,
            number=signal.number,
            type=signal.type,
            text=described.text,
            digest=signal.digest,
        )
        talk.came, talk.refused_here, talk.due_ms = digest_of(signal.text), "", None
        self._changed(view.id)

    @staticmethod
    def _is_to_ours(talk: _Talk, signal: CallSignal) -> bool:
        return talk.ours is not None and signal.digest == digest_of(talk.ours.text)

    def _heard_again(self, talk: _Talk, signal: CallSignal) -> None:
        """Answer an offer again that we have answered: our answer was lost."""
        if signal.type is SignalType.OFFER and talk.ours is not None:
            self._again(talk, talk.ours)

    def _judge(self, view: CallView, signal: CallSignal) -> Description:
        """Insist on the certificate of the signed entry, and on addresses that our browser may send to."""
        described = parse_sdp(signal.text)
        if described.fingerprint != view.fingerprints[1]:
            raise PeerError(
                "a description is of another certificate than the one in the signed entry",
                code=OTHER_FINGERPRINT,
                hint="Somebody between the consoles put in his own; no media is set up.",
            )
        check_theirs(described, self.policy)
        return described

    def _refuse(self, talk: _Talk, signal: CallSignal, code: str) -> None:
        """Name to both consoles what was refused; a certificate that is not the signed one ends the call."""
        talk.refused_here = code
        talk.due_ms = None
        refusal = CallSignal(call=talk.call, number=signal.number, type=SignalType.REFUSED, text=code)
        self._send_to(talk, refusal)
        self._changed(talk.call)
        if code == OTHER_FINGERPRINT:
            self.lose(talk.call, LostCause.FINGERPRINT)  # or as soon as it is answered

    def lose(self, call: MessageId, cause: LostCause) -> None:
        """Have it recorded that a call with media broke off; one that was not answered yet rings on."""
        view = self.find(call)
        if view is not None and view.state is CallState.IN_CALL and None not in view.fingerprints:
            lasted_ms = None if view.answered_ms is None else max(0, self._clock().utc_ms - view.answered_ms)
            command = LoseCall(call=call, cause=cause, duration_ms=lasted_ms)
            self._engine.act(command, lambda _: None)  # refused: it has ended meanwhile

    # --- time -------------------------------------------------------------------------------------------------

    def look(self, call: MessageId) -> None:
        """Take that an entry about a call was recorded: its talk begins or is over."""
        view, talk = self.find(call), self._talks.get(call)
        if view is None or not view.is_open:
            self._talks.pop(call, None)
        elif talk is not None and talk.refused_here == OTHER_FINGERPRINT:
            self.lose(call, LostCause.FINGERPRINT)
        elif view.fingerprints[0 if view.ours else 1] is not None and self._lacks(view, talk):
            self._talk(call).begin(self._clock().mono_ms)

    def _lacks(self, view: CallView, talk: _Talk | None) -> bool:
        """Whether the other side's description is missing, would be said by now, and was not refused."""
        if talk is not None and (talk.refused_here or talk.refused_there):
            return False
        if view.ours:
            return view.state is CallState.IN_CALL and talk is not None and not talk.is_answered
        return view.state in {CallState.RINGING, CallState.IN_CALL} and (talk is None or talk.theirs is None)

    def next_ms(self) -> int | None:
        """Say when `handle_timer` has something to do, on the monotonic clock."""
        return min((talk.due_ms for talk in self._talks.values() if talk.due_ms is not None), default=None)

    def handle_timer(self, now: Moment) -> None:
        """Wish for what is missing, or offer again."""
        for talk in tuple(self._talks.values()):
            if talk.due_ms is None or talk.due_ms > now.mono_ms:
                continue
            view = self.find(talk.call)
            if view is None or not self._lacks(view, talk):
                talk.due_ms = None
                continue
            talk.go_on(now.mono_ms)
            wish = CallSignal(call=talk.call, number=1, type=SignalType.WISH)
            self._send_to(talk, talk.ours if view.ours and talk.ours is not None else wish)

    def _again(self, talk: _Talk, signal: CallSignal) -> None:
        """Say it again, but no more often than anybody could use it."""
        now_ms = self._clock().mono_ms
        if now_ms - talk.answered_again_ms >= ANSWERED_AGAIN_MS:
            talk.answered_again_ms = now_ms
            self._send_to(talk, signal)

    def _send_to(self, talk: _Talk, signal: CallSignal) -> None:
        view = self.find(talk.call)
        if view is not None:
            self._engine.signal(self._parties.index(view.party), encode_signal(signal))

    def _talk(self, call: MessageId) -> _Talk:
        if call not in self._talks:
            self._make_room()
            self._talks[call] = _Talk(call)
        return self._talks[call]

    def _make_room(self) -> None:
        """Forget the oldest that an officer is not in: a flood of calls takes no memory, and puts out no call."""
        if len(self._talks) < MAX_TALKS:
            return
        for call in self._talks:
            view = self.find(call)
            if view is None or (not view.ours and view.state is not CallState.IN_CALL):
                del self._talks[call]
                return
