"""What the Communique page is given: proposals of both sides and what was answered; see `console.values`.

A draft is `node.communique.drafted.DraftedValues`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRange:
    """Entries `first` to `last` of one log, as "US/3", and how much is shown of each: "existence", "head" or "all"."""

    first: str
    last: str
    count: int
    disclosed: str
    attachments: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredValues:
    """The answer of a party to a proposal, an act of a person; texts safe to show."""

    number: str
    party: str
    post: str
    officer: str
    consents: bool
    reason: str
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedValues:
    """A proposal to show entries to anybody. `awaited`: parties that have not answered; `is_wanted`: ours is one."""

    number: str
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    digest: str
    ranges: tuple[ShownRange, ...]
    total: int
    embargo_ms: int | None
    arrived_ms: int
    answers: tuple[AnsweredValues, ...]
    awaited: tuple[str, ...]
    is_wanted: bool
    is_consented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """The newest proposals of both sides, the newest first; `truncated`: there are older ones."""

    rows: tuple[ProposedValues, ...]
    as_of_ms: int
    truncated: bool
