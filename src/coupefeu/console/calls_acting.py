"""What a page asks about a call becomes a command: by the post and under the label of its session."""

from typing import Final

from coupefeu.console.acting import one_of
from coupefeu.console.calls_requests import (
    AnswerCallRequest,
    DeclineCallRequest,
    DeferCallRequest,
    JoinCallRequest,
    PlaceCallRequest,
    WithdrawCallRequest,
)
from coupefeu.console.calls_values import MediaName
from coupefeu.console.sessions import Session
from coupefeu.model.calls import CallRole, DeclineReason, Media
from coupefeu.model.instant import parse_next
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.calls.commands import (
    AnswerCall,
    DeclineCall,
    DeferCall,
    HangUp,
    JoinCall,
    PlaceCall,
    WithdrawCall,
)

MEDIA: Final[dict[MediaName, Media]] = {"text": Media.TEXT, "voice": Media.VOICE, "video": Media.VIDEO}


def place_command(asked: PlaceCallRequest, session: Session, parties: tuple[str, ...]) -> PlaceCall:
    """Ring a post of the other side. Raises: UsageError: there is no such precedence, or no such number."""
    return PlaceCall(
        from_post=session.post,
        to_post=asked.to_post,
        precedence=one_of(Precedence, asked.precedence, "precedence"),
        media=MEDIA[asked.media],
        fingerprint=_fingerprint(asked.fingerprint),
        officer=session.officer,
        words=asked.words,
        arrangement=None if asked.arrangement is None else parse_number(asked.arrangement, parties),
    )


def answer_command(asked: AnswerCallRequest, call: MessageId, session: Session) -> AnswerCall:
    """Answer a call."""
    return AnswerCall(
        call=call,
        from_post=session.post,
        media=MEDIA[asked.media],
        fingerprint=_fingerprint(asked.fingerprint),
        officer=session.officer,
    )


def decline_command(asked: DeclineCallRequest, call: MessageId, session: Session) -> DeclineCall:
    """Decline a call. Raises: UsageError: there is no such reason."""
    return DeclineCall(
        call=call,
        from_post=session.post,
        reason=one_of(DeclineReason, asked.reason, "reason"),
        words=asked.words,
        officer=session.officer,
    )


def defer_command(asked: DeferCallRequest, call: MessageId, session: Session, now_ms: int) -> DeferCall:
    """Put a call off. Raises: UsageError: the time cannot be read."""
    return DeferCall(
        call=call,
        from_post=session.post,
        to_post=asked.to_post or None,
        to_ms=None if not asked.to_time else parse_next(asked.to_time, now_ms),
        words=asked.words,
        officer=session.officer,
    )


def withdraw_command(asked: WithdrawCallRequest, call: MessageId, session: Session) -> WithdrawCall:
    """Take a call of ours back."""
    return WithdrawCall(call=call, from_post=session.post, officer=session.officer, words=asked.words)


def hang_up_command(call: MessageId, duration_ms: int, session: Session) -> HangUp:
    """End a call that was answered."""
    return HangUp(call=call, from_post=session.post, officer=session.officer, duration_ms=duration_ms)


def join_command(asked: JoinCallRequest, call: MessageId, session: Session) -> JoinCall:
    """Name who else takes part. Raises: UsageError: there is no such role."""
    return JoinCall(
        call=call,
        from_post=session.post,
        officer=session.officer,
        role=one_of(CallRole, asked.role, "role"),
        name=asked.name,
    )


def _fingerprint(hexadecimal: str | None) -> bytes | None:
    return None if hexadecimal is None else bytes.fromhex(hexadecimal)
