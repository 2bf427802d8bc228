"""What pages ask about calls, as frozen values with their limits; who asks is said by the session alone."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from coupefeu.console.calls_values import MediaName
from coupefeu.console.requests import Name
from coupefeu.model.calls import MAX_WORDS_CHARACTERS

MAX_SHOWN_CALLS = 64
Words = Annotated[str, Meta(max_length=MAX_WORDS_CHARACTERS)]
Fingerprint = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a DTLS certificate, in hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCallRequest:
    """Ring a post of the other side now. `precedence` "IMMEDIATE" rings the ladder rung by rung, "FLASH" all at once.

    `fingerprint` is asked where there is voice or video. `arrangement`: the proposal of the arranged call that this is.
    """

    to_post: Name
    precedence: Name = "IMMEDIATE"
    media: MediaName = "text"
    fingerprint: Fingerprint | None = None
    words: Words = ""
    arrangement: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCallRequest:
    """Answer a call: by as much as it offers, or by less."""

    media: MediaName = "text"
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineCallRequest:
    """Decline a call, and say why: `not_now`, `refused`..."""

    reason: Name
    words: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferCallRequest:
    """Say to which post of ours, or until when, a call is put off; `to_time` as people write it: "0312Z"."""

    to_post: Name | None = None
    to_time: Name | None = None
    words: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCallRequest:
    """Take back a call of ours that nobody has answered yet."""

    words: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCallRequest:
    """Name who else takes part: in which role, and under which name of a post or office."""

    role: Name
    name: Annotated[str, Meta(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsShownRequest:
    """Calls that ring on a visible page of a live console."""

    console: Name
    calls: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=MAX_SHOWN_CALLS)]
