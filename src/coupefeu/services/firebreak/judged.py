"""What the judge gives: the level as of an instant, every reason with its entries and ages, and what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from coupefeu.model.firebreak import Level
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.firebreak.marks import Asked, Proof


class What(StrEnum):
    """What an officer may do next; words are `firebreak-act-*`. The machine never does it."""

    RING = "ring"
    RING_NEXT = "ring_next"
    """The next rung of the ladder of who does not answer."""
    ASK_TIME = "ask_time"
    WRITE = "write"
    REPLY = "reply"
    READ = "read"
    ANSWER_NOTICE = "answer_notice"
    SETTLE = "settle"
    REACH = "reach"
    TAKE_WATCH = "take_watch"
    ANSWER_QUERY = "answer_query"
    SET_LINE_STATE = "set_line_state"
    MEDIATOR = "mediator"


class NextAct(NamedTuple):
    """One act that the agreement offers. `posts`: whom it goes to, or ours that acts; `entry`: what it is about."""

    what: What
    posts: tuple[str, ...] = ()
    entry: MessageId | None = None
    text: str = ""
    """Of a mediator: as the agreement names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that fires, for one subject.

    `subject`: pair of posts, post, party or number; `party`: whose silence or act, "" when of several. `since_ms`: the
    signed time of the first entry that counts, of which `age_ms` is the age, `age_here_ms` by its arrival on our clock;
    `from_ms`: since when the rule fires. `count`: how many; `entries` never empty, the newest last; `is_absence`: they
    are the last before a silence. `values`: of its marks, such as the steps that are awaited, or what became of calls.
    """

    rule: str
    level: Level
    topic: Topic
    subject: str
    party: str
    since_ms: int
    from_ms: int
    age_ms: int
    age_here_ms: int
    count: int
    entries: tuple[MessageId, ...]
    proofs: tuple[Proof, ...]
    is_absence: bool
    values: tuple[str, ...] = ()
    acts: tuple[NextAct, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The level, and why. `as_of_ms`: up to then something of every party is held.

    `reasons`: the gravest first, then the oldest; `left_out`: so many more; `beyond`: so much more is late, or in
    conflict, and was not looked at one by one. `since_ms`: it is at least as grave since
    then; None while it holds. `held`: of an unknown level, what held at `as_of_ms`. `same_entries`: whether both sides
    hold the same; None: not known. `skew_ms`: how far the other clock seems ahead of ours. `marked`: times that were
    counted at a bound. `sizes`: by log how many entries count. `version`: of the agreement whose rules were judged by.
    """

    level: Level
    asked: Asked
    as_of_ms: int
    reasons: tuple[Reason, ...]
    left_out: int
    beyond: int
    since_ms: int | None
    version: int
    sizes: Mapping[int, int]
    marked: int
    held: Level | None = None
    same_entries: bool | None = None
    skew_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSpan:
    """One level, and the same rules that fire, from `from_ms` until before `to_ms`; `entries` prove the gravest."""

    level: Level
    from_ms: int
    to_ms: int
    rules: tuple[str, ...]
    entries: tuple[MessageId, ...]
