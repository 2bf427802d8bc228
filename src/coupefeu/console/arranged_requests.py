"""What pages ask about arranged calls, as frozen values with their limits; who asks is said by the session alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from coupefeu.console.requests import Name, Text
from coupefeu.services.arranged.facts import MAX_LANGUAGES, MAX_WINDOWS, MAX_WORDS_CHARACTERS

Words = Annotated[str, Meta(max_length=MAX_WORDS_CHARACTERS)]
WindowText = Annotated[str, Meta(max_length=80)]
Windows = Annotated[tuple[WindowText, ...], Meta(max_length=MAX_WINDOWS)]


class ArrangeActName(StrEnum):
    """The acts about a proposed call, named as the commands are."""

    COUNTER = "counter"
    AGREE = "agree"
    REFUSE = "refuse"
    DELEGATE = "delegate"
    WITHDRAW = "withdraw"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeRequest:
    """Propose a call. `post`: who of ours shall speak, where the duty desk proposes for another.

    `windows` are text, UTC: "241500Z MAR 22/1600Z", "1500Z/1h". `media` "text", "voice" or "video".
    """

    to_post: Name
    windows: Windows
    post: Name = ""
    media: Name = "voice"
    within_s: int | None = None
    languages: Annotated[tuple[Name, ...], Meta(max_length=MAX_LANGUAGES)] = ()
    interpreter: bool = False
    words: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeActRequest:
    """An act about a proposed call.

    `window` counts from 1, among those of `offer` (RU/14), or of the newest offer of theirs. `reason` "not_now".
    `text` is the message of the act "write".
    """

    act: ArrangeActName
    windows: Windows = ()
    window: int | None = None
    offer: Name | None = None
    reason: Name | None = None
    post: Name = ""
    within_s: int | None = None
    words: Words = ""
    text: Text = ""
