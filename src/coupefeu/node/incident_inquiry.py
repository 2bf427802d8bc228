"""Everything about an incident as a communique, for an inquiry: whole, with proofs, for readers who have nothing else.

Both versions with all that is about them; what either side says of the two being one event; the notice that was struck,
with its acknowledgements; messages written beside any of these. A call is in it when the record ties it to one of these
entries, or when who issues the file names it: nobody's other business goes to an inquiry. What is left out is counted.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select

from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.communique.asking import wish_of
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.gathering import provable, signed_notes
from coupefeu.node.communique.issuing import draft_communique
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import Disclosed
from coupefeu.services.base import Statement
from coupefeu.services.calls.tables import CALLS, STEPS
from coupefeu.services.incidents.status import IncidentView
from coupefeu.store.exchange import find_exchange
from coupefeu.store.reader import Reader
from coupefeu.words import say

MAX_ENTRIES: Final = 16_384
"""So many entries one inquiry holds, those first that a page shows of the incident; a flood about it hides none."""
_GIVEN: Final = func.json_each(bindparam("given")).table_valued("value")


def _is_given(log: Any, index: Any) -> Any:
    given = _GIVEN.c.value
    return and_(log == func.json_extract(given, "$[0]"), index == func.json_extract(given, "$[1]"))


_SELECT_TIED: Final = (
    select(CALLS.c.log, CALLS.c.idx)
    .join(_GIVEN, _is_given(CALLS.c.arrangement_log, CALLS.c.arrangement_idx))
    .union(
        select(STEPS.c.call_log, STEPS.c.call_idx).join(
            _GIVEN, _is_given(STEPS.c.about_log, STEPS.c.about_idx)
        )
    )
)
"""Calls whose head, or words of which, name one of the entries that are given."""
_SELECT_PLACED: Final = select(CALLS.c.log, CALLS.c.idx).where(
    CALLS.c.arrived_ms >= bindparam("first_ms"),
    or_(bindparam("last_ms").is_(None), CALLS.c.arrived_ms <= bindparam("last_ms")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """What belongs to an inquiry, in the order of logs and indices.

    `calls`: those of them that who issues it has named. `calls_left_out`: so many were placed between the first report
    and the closing of both versions that nothing ties to it. `cut`: so many entries more than a file holds.
    """

    entries: tuple[MessageId, ...]
    calls: tuple[MessageId, ...]
    calls_left_out: int
    cut: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A file and what it holds. `unproved`: what belongs to it and nobody else has co-signed yet."""

    octets: bytes
    entries: tuple[MessageId, ...]
    unproved: tuple[MessageId, ...]


def select_inquiry(desk: Desk, view: IncidentView, calls: Iterable[MessageId] = ()) -> Belonging:
    """Name every entry that belongs to an inquiry into an incident.

    `calls`: those that belong to it by the word of who issues it. Raises: UsageError: there is no such call.
    """
    versions = [view] if view.paired is None else [view, view.paired]
    notices = [each.notice for each in versions if each.notice is not None and not each.notice_effect]
    named = tuple(dict.fromkeys(desk.call(each).id for each in calls))
    found = dict.fromkeys(_shown(versions))
    for root in (*(each.id for each in versions), *notices):
        found |= dict.fromkeys(_members(desk, root))
    about = list(found)[:MAX_ENTRIES]
    for message in {message.id for entry in about for message in desk.mentions(entry)}:
        found |= dict.fromkeys(_members(desk, message))
    tied = [(row["log"], row["idx"]) for row in desk.select(_given(_SELECT_TIED, list(found)))]
    for call in (*named, *tied):
        found |= dict.fromkeys(_steps(desk, call))
    held = list(found)[:MAX_ENTRIES]
    placed = {(row["log"], row["idx"]) for row in desk.select(_placed(versions))}
    return Belonging(
        entries=tuple(sorted(held)),
        calls=named,
        calls_left_out=len(placed - set(held)),
        cut=len(found) - len(held),
    )


def inquiry_words(view: IncidentView, chosen: Belonging, parties: Sequence[str], language: str) -> str:
    """Say what stands on the first page: what the file holds, and what it leaves out."""
    said = [
        say("incident-inquiry", language, number=view.number),
        say("incident-inquiry-calls", language, count=chosen.calls_left_out),
    ]
    if chosen.calls:
        numbers = ", ".join(format_number(each, tuple(parties)) for each in chosen.calls)
        said.append(say("incident-inquiry-named", language, numbers=numbers))
    if chosen.cut:
        said.append(say("incident-inquiry-cut", language, count=chosen.cut))
    return " ".join(said)


def issue_inquiry(folder: NodeFolder, reader: Reader, entries: Iterable[MessageId], words: str) -> Inquiry:
    """Write these entries whole, as one file, signed. Raises: as `draft_communique` and `Draft.sign`."""
    sizes = provable(signed_notes(reader, folder))
    wanted = tuple(entries)
    proved = tuple(each for each in wanted if each[1] < sizes.get(each[0], 0))
    wish = wish_of(Query(entries=proved), Disclosing(default=Disclosed.ALL), None, words)
    draft = draft_communique(folder, reader, wish)
    return Inquiry(
        octets=draft.sign(folder),
        entries=tuple((each.log, each.index) for each in draft.chosen),
        unproved=tuple(each for each in wanted if each not in set(proved)),
    )


def _shown(versions: Iterable[IncidentView]) -> Iterator[MessageId]:
    for view in versions:
        yield view.id
        yield from (each.id for each in view.steps)
        yield from (each.id for each in view.pairings)


def _members(desk: Desk, entry: MessageId) -> Iterator[MessageId]:
    yield from (each.id for each in find_exchange(desk.select, entry).members)


def _steps(desk: Desk, entry: MessageId) -> Iterator[MessageId]:
    call = desk.find_call(entry)
    if call is not None:
        yield call.id
        yield from (step.id for step in (*call.steps, *call.without_effect))


def _given(executable: Any, entries: Sequence[MessageId]) -> Statement:
    return Statement(executable, {"given": json.dumps(entries)})


def _placed(versions: Sequence[IncidentView]) -> Statement:
    """Name the calls placed since the first report, and until both versions were closed."""
    ends = [each.closed_by.arrived_ms for each in versions if each.closed_by is not None]
    first_ms = min(each.arrived_ms for each in versions)
    return Statement(
        _SELECT_PLACED, {"first_ms": first_ms, "last_ms": max(ends) if len(ends) == len(versions) else None}
    )
