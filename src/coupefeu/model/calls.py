"""The words of a call: its media, what became of it, and why; numbers are those of the wire (docs/spec/calls.md)."""

from enum import IntEnum, StrEnum
from typing import Final

MAX_WORDS_CHARACTERS: Final = 280
"""Of what people write beside an act of a call; what is longer is a message."""
MAX_CALLS_ANSWERED: Final = 64
"""Calls that one CALL UNANSWERED names: so many references a head holds."""


class Media(IntEnum):
    """What is carried beside text, which always is."""

    TEXT = 0
    VOICE = 1
    VIDEO = 2


class CallState(StrEnum):
    """Where an attempt stands; the one table of transitions is `services.calls.transitions.TRANSITIONS`."""

    PLACED = "placed"
    ON_THEIR_NODE = "on_their_node"
    RINGING = "ringing"
    IN_CALL = "in_call"
    ENDED = "ended"


class Outcome(StrEnum):
    """What became of an attempt: declined, unanswered, unstaffed and unreachable are never one another."""

    ANSWERED = "answered"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    NOT_STAFFED = "not_staffed"
    BUSY = "busy"
    LINE_DOWN = "line_down"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    OTHER_CHANNEL = "other_channel"


UNANSWERED: Final = (Outcome.NO_ANSWER, Outcome.NOT_STAFFED, Outcome.BUSY)
"""What the node that was called may say when nobody acted; the position is the wire number."""
UNREACHED: Final = (Outcome.LINE_DOWN, Outcome.NO_ANSWER)
"""What the caller's node may say when it heard nothing; the position is the wire number."""


class DeclineReason(IntEnum):
    """Why a call was declined, in the words of who declined it."""

    BUSY_HERE = 1
    NOT_NOW = 2
    NOT_COMPETENT = 3
    """Another post is."""
    NO_INTERPRETER = 4
    NOT_AUTHORISED = 5
    REFUSED = 6
    OTHER = 7


class LostCause(IntEnum):
    """Why a call broke off without anybody ending it, as a node saw it."""

    CONSOLE_GONE = 1
    PATH_GONE = 2
    FINGERPRINT = 3
    """The description that came was not of the key in the signed entry."""
    RESTART = 4


class CallRole(IntEnum):
    """In which role somebody else joins a call."""

    INTERPRETER = 1
    ADVISER = 2
    PRINCIPAL = 3


class MediaPath(IntEnum):
    """By which path media flows."""

    RELAY = 1
    DIRECT = 2
