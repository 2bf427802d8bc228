"""The firebreak's words: its level, what its rules watch, and the rules that all parties of a line have signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from coupefeu.model.languages import Words
from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic

UNKNOWN_RULE: Final = "unknown"
"""In place of a rule's id: the records are too old to say. No rule may be called so."""
MAX_COUNT: Final = 64


class Level(StrEnum):
    """Whether direct contact holds; words are `firebreak-level-*`. There is no level better than HOLDING."""

    HOLDING = "holding"
    """No rule fires; it says nothing else."""
    STRAINED = "strained"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    """Nothing of some party is new enough to say."""


GRAVITY: Final = (Level.HOLDING, Level.STRAINED, Level.BROKEN, Level.UNKNOWN)
"""The gravest last: the level is that of the gravest rule that fires."""


class Watched(StrEnum):
    """What a rule watches, as it is written in an agreement; words are `firebreak-watched-*`."""

    CONTACT = "contact"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    ACKNOWLEDGEMENT = "acknowledgement"
    OUTCOME = "outcome"
    REPLY = "reply"
    LINE_TEST = "line_test"
    ARRANGED = "arranged"
    NOTICE_ANSWER = "notice_answer"
    WATCH = "watch"
    LINE_DEGRADED = "line_degraded"
    LINE_SUSPENDED = "line_suspended"
    """Suspended, or closed."""
    WITNESS = "witness"
    INCIDENT = "incident"
    QUERY = "query"
    CONFLICT = "conflict"
    UNITS = "units"

    @property
    def topic(self) -> Topic:
        """The topic of the marks that it looks at."""
        return _TOPICS[self]


ATTEMPTS: Final = frozenset({Watched.REFUSED, Watched.UNANSWERED})
LINE_STATES: Final = frozenset({Watched.LINE_DEGRADED, Watched.LINE_SUSPENDED})
_TOPICS: Final[Mapping[Watched, Topic]] = {
    **{each: Topic(each.value) for each in Watched if each not in ATTEMPTS | LINE_STATES},
    **dict.fromkeys(ATTEMPTS, Topic.ATTEMPT),
    **dict.fromkeys(LINE_STATES, Topic.LINE_STATE),
}
OF_PAIRS: Final = ATTEMPTS | {Watched.CONTACT}
OF_MESSAGES: Final = frozenset({Watched.ACKNOWLEDGEMENT, Watched.OUTCOME, Watched.REPLY})
"""They may name precedences."""
OF_POSTS: Final = OF_PAIRS | OF_MESSAGES | {Watched.ARRANGED, Watched.WATCH}
"""They may name posts."""
ONLY_ONE: Final = LINE_STATES | {Watched.CONTACT, Watched.WATCH, Watched.WITNESS}
"""Of a subject there is only ever one: nothing to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When the firebreak is strained or broken.

    `posts`, `precedences`: empty for all; of a pair both posts must be among them. `after_s`: so long beyond the agreed
    cadence, deadline or beginning. `count`: so many of one pair, or owed by one party. `within_s`: of attempts; None:
    however old, since the last contact.
    """

    id: str
    watches: Watched
    level: Level
    sentence: Words
    posts: tuple[str, ...] = ()
    precedences: tuple[Precedence, ...] = ()
    after_s: int = 0
    count: int = 1
    within_s: int | None = None

    def concerns(self, *posts: str) -> bool:
        """Whether it is about these posts, all of them."""
        return not self.posts or all(post in self.posts for post in posts)

    def covers(self, other: "Rule") -> bool:
        """Whether it fires whenever `other` does, for the same subject."""
        return (
            self.watches is other.watches
            and _is_within(other.posts, self.posts)
            and _is_within(other.precedences, self.precedences)
            and self.after_s <= other.after_s
            and self.count <= other.count
            and (self.within_s is None or (other.within_s is not None and self.within_s >= other.within_s))
        )

    def hides(self, other: "Rule") -> bool:
        """Whether `other` can never show, or says nothing else: what it fires on, this one says as gravely or more."""
        if not self.covers(other):
            return False
        graver = GRAVITY.index(self.level) > GRAVITY.index(other.level)
        return graver or (self.level is other.level and other.covers(self))


def _is_within(named: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return not others or (bool(named) and set(named) <= set(others))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakTerms:
    """The rules; from when a silent party makes the level unknown; a mediator to turn to, in words ("": none)."""

    rules: tuple[Rule, ...]
    unknown_after_s: int
    mediator: str = ""

    def find(self, rule: str) -> Rule | None:
        """Find a rule by its id."""
        return next((each for each in self.rules if each.id == rule), None)
