"""How each party holds the line: of what it has declared, the newest that has begun stands.

Of two declarations of one party the later is the one with the higher place in its log, and a later one takes the place
of all before it, also of what had been announced and had not begun.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from coupefeu.model.line_state import LineState
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Context, Rows
from coupefeu.services.line_state.facts import LineStateFact, read_line_state

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredView:
    """One declaration. `begins_ms`: when it begins to hold, never before it was written or later than it says.

    `is_back_dated`: it says that it held before it was written; that is not counted. `effect`: why it has none.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    state: LineState | None
    from_ms: int | None
    begins_ms: int
    is_back_dated: bool
    said_ms: int
    arrived_ms: int
    post: str
    officer: str
    words: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStateView:
    """How one party holds the line now. `declared` None: it has declared nothing, and the line is OPEN for it.

    `since_ms`: since when it stands so, by its newest declaration; None: since the line was agreed. `next`: what is
    announced and has not begun.
    """

    party: str
    ours: bool
    state: LineState
    since_ms: int | None
    declared: DeclaredView | None
    next: DeclaredView | None


def fold(rows: Rows, context: Context) -> tuple[LineStateView, ...]:
    """Say how each party of the agreement holds the line (`views.select_declared`); never raises."""
    declared = sorted((declared_view(row, context) for row in rows), key=lambda each: each.id)
    return tuple(
        _standing(party, [each for each in declared if each.party == party], context)
        for party in context.parties
    )


def gravest(views: Iterable[LineStateView]) -> LineState:
    """Give the state of the line: the gravest that any party declares."""
    return max((each.state for each in views), default=LineState.OPEN)


def declared_view(row: Row, context: Context) -> DeclaredView:
    """Read one row; never raises for what a peer wrote."""
    fact = read_line_state(0, row["body"])[0]
    from_ms = None if fact is None else fact.from_ms
    said = fact or LineStateFact(state=LineState.OPEN)
    return DeclaredView(
        id=(row["log"], row["idx"]),
        number=format_number((row["log"], row["idx"]), context.parties),
        party=row["party"],
        ours=row["party"] == context.us,
        state=None if fact is None else fact.state,
        from_ms=from_ms,
        begins_ms=row["begins_ms"],
        is_back_dated=from_ms is not None and from_ms < row["claimed_ms"] - context.agreement.skew_s * 1_000,
        said_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        post=row["from_post"],
        officer=said.officer,
        words=said.words,
        effect=row["effect"],
    )


def _standing(party: str, declared: list[DeclaredView], context: Context) -> LineStateView:
    begun = [at for at, each in enumerate(declared) if each.begins_ms <= context.now.utc_ms]
    standing = declared[begun[-1]] if begun else None
    announced = declared[begun[-1] + 1 :] if begun else declared
    state = LineState.OPEN if standing is None or standing.state is None else standing.state
    return LineStateView(
        party=party,
        ours=party == context.us,
        state=state,
        since_ms=None if standing is None else standing.begins_ms,
        declared=standing,
        next=announced[-1] if announced else None,
    )
