"""Everything about an incident as a communique, for an inquiry: whole, with proofs, for readers who have nothing else.

Both versions, requests and replies; the notice that was struck, with its acknowledgements; messages written beside any
of these, with all that was done about them; and the calls placed since the first report.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from coupefeu.model.messages import MessageId
from coupefeu.node.communique.asking import wish_of
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.gathering import provable, signed_notes
from coupefeu.node.communique.issuing import draft_communique
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import Disclosed
from coupefeu.services.calls.listed import CallFilter
from coupefeu.services.incidents.status import IncidentView
from coupefeu.store.exchange import find_exchange
from coupefeu.store.reader import Reader

MAX_CALLS: Final = 500
"""So many calls are looked at, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A file and what it holds. `unproved`: what belongs to it and nobody else has co-signed yet."""

    octets: bytes
    entries: tuple[MessageId, ...]
    unproved: tuple[MessageId, ...]


def select_inquiry(desk: Desk, view: IncidentView, *, with_calls: bool = True) -> tuple[MessageId, ...]:
    """Name every entry that belongs to an inquiry into an incident, in the order of logs and indices."""
    versions = [view] if view.paired is None else [view, view.paired]
    notices = [each.notice for each in versions if each.notice is not None and not each.notice_effect]
    roots = dict.fromkeys([*(each.id for each in versions), *notices])
    found = {each for root in roots for each in _members(desk, root)}
    beside = {message.id for root in roots for message in desk.mentions(root)}
    found |= {each for message in beside for each in _members(desk, message)}
    if with_calls:
        found |= set(_calls(desk, versions))
    return tuple(sorted(found))


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


def _members(desk: Desk, entry: MessageId) -> Iterator[MessageId]:
    yield from (each.id for each in find_exchange(desk.select, entry).members)


def _calls(desk: Desk, versions: list[IncidentView]) -> Iterator[MessageId]:
    """Name the calls placed since the first report, and until both versions were closed, with every step of each."""
    first_ms = min(each.arrived_ms for each in versions)
    closed = [each.closed_by for each in versions]
    ends = [each.arrived_ms for each in closed if each is not None]
    last_ms = max(ends) if len(ends) == len(versions) else None
    for call in desk.calls(CallFilter(), 0, MAX_CALLS).calls:
        if call.arrived_ms >= first_ms and (last_ms is None or call.arrived_ms <= last_ms):
            yield call.id
            yield from (step.id for step in (*call.steps, *call.without_effect))
