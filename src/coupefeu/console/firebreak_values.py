"""What the page of the firebreak is given beside `node.firebreak_values`, and what the feed tells every page of it."""

from dataclasses import dataclass
from typing import Literal

from coupefeu.model.firebreak import Level
from coupefeu.node.firebreak_values import LevelSpanValues
from coupefeu.node.presence_values import AttemptsValues, ContactValues


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakRuleValues:
    """A rule that was judged, by its sentence in the three languages."""

    id: str
    level: Level
    en: str
    fr: str
    ru: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakHistory:
    """The level from `start` to `end`; `known`: by what had arrived here, else by counted times.

    `complete_from`: `spans` have no gap from then on; before it nothing is said, for more came than is read at once.
    `rules`: those that it was judged by, to say the causes in words.
    """

    start: str
    end: str
    known: bool
    complete_from: str
    as_of: str
    spans: tuple[LevelSpanValues, ...]
    rules: tuple[FirebreakRuleValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakPairValues:
    """A pair of posts: its last direct contact on this record, null: none; `contact_every_s` null: none is agreed.

    `attempts`: calls of ours to the other post since then. `truncated`: more was there than the newest, judged alone.
    """

    ours: str
    theirs: str
    contact_every_s: int | None
    last: ContactValues | None
    attempts: tuple[AttemptsValues, ...]
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakPairs:
    """Every pair of posts of ours, in the agreement's order; `as_of_ms`: now, or the instant that was asked for."""

    pairs: tuple[FirebreakPairValues, ...]
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakCause:
    """What raises the level: a rule, and whom it concerns."""

    rule: str
    level: Level
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakEvent:
    """The level as it is now: what stands at the top of every page; `looked_ms` null: nobody has looked yet.

    `as_of_ms`: up to then something of every party is held.
    """

    what: Literal["firebreak"] = "firebreak"
    level: Level
    as_of_ms: int | None
    looked_ms: int | None
    same_entries: bool | None
    causes: tuple[FirebreakCause, ...]
