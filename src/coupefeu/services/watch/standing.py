"""How each desk stands, as its party says: who is on watch, which hand-over waits, who is planned now and next.

This is what an officer is shown of the other side before anything is dialled, and of his own side all the time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from coupefeu.model.agreement import Agreement, Post
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Rows, Statement
from coupefeu.services.watch.facts import OpenThing, RosterWindow, what_of
from coupefeu.services.watch.hand_over import read_accepted, read_hand_over
from coupefeu.services.watch.roster import (
    Planned,
    RosterFact,
    Span,
    gaps,
    next_change_ms,
    planned_at,
    read_roster,
)
from coupefeu.services.watch.views import (
    HAND_OVER,
    ROSTER,
    WATCH,
    Row,
    is_under_way,
    listed_in,
    position,
    select_before,
    select_newest,
)

Look = Callable[[Statement], Rows]
"""Gives the rows of a select."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchView:
    """A post that is on watch, as its party says.

    `officer` is exactly what was written beside the post. `claimed_ms`: since when, by its own clock; `arrived_ms`:
    when that was stored here. `heard`: whether the alarm was heard there when it was tried. `hand_over`: the number of
    the one that it accepted, "" when the watch was taken; `crossed`: why nobody is relieved by it, "" when he is.
    """

    party: str
    number: str
    ours: bool
    post: str
    officer: str
    heard: bool
    claimed_ms: int
    arrived_ms: int
    hand_over: str = ""
    crossed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverView:
    """A hand-over that waits to be accepted; until then `officer` stands. `count`: what is open, listed or not."""

    id: MessageId
    number: str
    officer: str
    to_officer: str
    things: tuple[OpenThing, ...]
    count: int
    remarks: str
    claimed_ms: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterView:
    """The roster of a post that stands; `officer` planned it."""

    number: str
    officer: str
    fact: RosterFact
    claimed_ms: int
    arrived_ms: int

    @property
    def windows(self) -> tuple[RosterWindow, ...]:
        """Who is to sit there, from when until when."""
        return self.fact.windows

    @property
    def gaps(self) -> tuple[Span, ...]:
        """The times of its span for which it names nobody."""
        return gaps(self.fact)

    def at(self, instant_ms: int) -> Planned:
        """Say what it plans at an instant."""
        return planned_at(self.fact, instant_ms)

    def next_change_ms(self, instant_ms: int) -> int | None:
        """Say when it says something else; None: never again."""
        return next_change_ms(self.fact, instant_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStanding:
    """All that a party says of the watch of one post.

    `watch`, `hand_over`, `roster`: None where there is none. `left_ms`: when the newest word that nobody sits there was
    stored here; None when somebody does, or nothing was ever said. `said_ms`: when the newest word of any kind was.
    """

    party: str
    ours: bool
    post: str
    watch: WatchView | None
    hand_over: HandOverView | None
    roster: RosterView | None
    left_ms: int | None
    said_ms: int | None


def read_standings(agreement: Agreement, us: str, look: Look) -> tuple[WatchStanding, ...]:
    """Say of every post of the agreement how its watch stands."""
    return tuple(read_standing(post, us, agreement.party_ids, look) for post in agreement.posts)


def read_standing(post: Post, us: str, parties: tuple[str, ...], look: Look) -> WatchStanding:
    """Say of one post how its watch stands."""
    watch, offered, planned = (look(select_newest(post.id, each)) for each in (WATCH, HAND_OVER, ROSTER))
    stands = bool(watch) and watch[0]["kind"] != Kind.WATCH_LEFT
    newest = [rows[0]["arrived_ms"] for rows in (watch, offered, planned) if rows]
    return WatchStanding(
        party=post.party,
        ours=post.party == us,
        post=post.id,
        watch=_watch(watch[0], post, us, parties, look) if stands else None,
        hand_over=_hand_over(offered[0], parties) if is_under_way(watch, offered) else None,
        roster=_roster(planned[0], parties) if planned else None,
        left_ms=watch[0]["arrived_ms"] if watch and not stands else None,
        said_ms=max(newest, default=None),
    )


def _watch(row: Row, post: Post, us: str, parties: tuple[str, ...], look: Look) -> WatchView:
    is_accepted = row["kind"] == Kind.WATCH_ACCEPTED
    named = listed_in(row) if is_accepted else ()
    return WatchView(
        party=post.party,
        number=format_number(position(row), parties),
        ours=post.party == us,
        post=post.id,
        officer=row["officer"],
        heard=bool(row["heard"]),
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        hand_over=format_number(named[0], parties) if named else "",
        crossed=judge_acceptance(row, look) if is_accepted else "",
    )


def judge_acceptance(row: Row, look: Look) -> str:
    """Say why an acceptance relieves nobody: `no_hand_over`, `same_officer`, `not_all_seen`; "" when it does.

    It does when the hand-over that it names is the newest word of the post before it. Whoever accepts sits at the desk
    either way, so that he is on watch from then on, as if he had taken it.
    """
    watch, offered = (_first(look, row, matter) for matter in (WATCH, HAND_OVER))
    if not is_under_way(watch, offered) or position(offered[0]) != listed_in(row)[0]:
        return "no_hand_over"
    if row["officer"] and row["officer"] == offered[0]["officer"]:
        return "same_officer"
    is_all_seen = read_accepted(row["body"])[0].seen == len(listed_in(offered[0]))
    return "" if is_all_seen else "not_all_seen"


def _first(look: Look, row: Row, matter: str) -> Rows:
    """Give the newest of this post before a row; nothing where there is none."""
    here, earlier = select_before(row, matter)
    return look(here) or look(earlier)


def _hand_over(row: Row, parties: tuple[str, ...]) -> HandOverView:
    fact, _ = read_hand_over(row["body"])
    things = tuple(
        OpenThing(entry=entry, what=what_of(each.what), due_ms=each.due_ms)
        for entry, each in zip(listed_in(row), fact.rows, strict=True)
    )
    return HandOverView(
        id=position(row),
        number=format_number(position(row), parties),
        officer=fact.officer,
        to_officer=fact.to_officer,
        things=things,
        count=fact.count,
        remarks=fact.remarks,
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
    )


def _roster(row: Row, parties: tuple[str, ...]) -> RosterView:
    fact, _ = read_roster(row["body"])
    return RosterView(
        number=format_number(position(row), parties),
        officer=fact.officer,
        fact=fact,
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
    )
