"""The Record page: entries of both sides in windows, newest first, and one entry with its proof."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from coupefeu.console.entry_proof import receipts_of, signed_by_author
from coupefeu.console.entry_says import says_of
from coupefeu.console.record_lines import announced_line, branch_line, entry_line, evidence_values
from coupefeu.console.record_values import (
    EntryHeadValues,
    EntryLine,
    EntryPage,
    EntryValues,
    ErasureValues,
    EvidenceValues,
)
from coupefeu.model.entry import Head, Kind, is_erasable
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.covered import read_covered
from coupefeu.node.desk import Desk
from coupefeu.node.entries import Found, Row, Wanted, find_entries, head_of, proofs_of
from coupefeu.node.values import ActValues, MessageValues, act_values, message_values
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Context
from coupefeu.services.erasures.views import read_erasure, select_erasures_of
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.facts import ACTS
from coupefeu.services.messages.line_tests import rebuild
from coupefeu.services.messages.status import ActView, MessageStatus
from coupefeu.store.line import Party
from coupefeu.store.reader import Reader
from coupefeu.store.showing import is_note

MAX_ROWS: Final = 200
SEARCHES_KEPT: Final = 8
"""What was found is kept, so that scrolling through it reads nothing twice."""
MAX_EVIDENCE: Final = 100
MAX_BRANCHES: Final = 20
MAX_HEX_BYTES: Final = 4_096
"""Of what cannot be read otherwise; the proof holds all of it."""
_MESSAGES: Final = frozenset({Kind.MESSAGE, Kind.LINE_TEST})


class RecordLists:
    """Windows of lists of entries; one for all pages and threads of a console."""

    def __init__(self) -> None:
        self._found: OrderedDict[Wanted, Found] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, desk: Desk, wanted: Wanted, offset: int, limit: int, *, whole: bool = False) -> EntryPage:
        """Give `limit` entries, 200 at most, behind the `offset` newest of those wanted; `whole`: with their texts."""
        reader, context = desk.reader, desk.context()
        count = max(1, min(limit, MAX_ROWS))
        if wanted.is_searched:
            found = self._find(reader, wanted)
            total, looked_at, truncated = len(found.arrivals), found.looked_at, found.truncated
            rows = reader.arrived(found.arrivals[offset : offset + count])
        else:
            total = looked_at = reader.count_entries(wanted.log, alone=wanted.alone)
            truncated = False
            rows = reader.arrived(reader.arrivals_window(wanted.log, offset, count, alone=wanted.alone))
        evidence = read_evidence(reader, context.parties)
        proofs, forked = proofs_of(reader, rows), _forked(reader, rows)
        return EntryPage(
            rows=tuple(
                entry_line(row, context, proofs[row["log"], row["idx"]], forked, whole=whole) for row in rows
            ),
            announced=_announced(reader, context, wanted) if offset == 0 else (),
            branches=_branches(reader, context, wanted) if offset == 0 else (),
            covered=read_covered(reader, context.parties) if offset == 0 else (),
            evidence=evidence,
            offset=offset,
            total=total,
            looked_at=looked_at,
            as_of_ms=context.now.utc_ms,
            truncated=truncated,
        )

    def _find(self, reader: Reader, wanted: Wanted) -> Found:
        """Go on from what the same search found before; two at once only cost twice."""
        with self._lock:
            before = self._found.get(wanted)
        found = find_entries(reader, wanted, before)
        with self._lock:
            self._found[wanted] = found
            self._found.move_to_end(wanted)
            while len(self._found) > SEARCHES_KEPT:
                self._found.popitem(last=False)
        return found


def read_evidence(reader: Reader, parties: tuple[str, ...]) -> tuple[EvidenceValues, ...]:
    """List the signed statements held that cannot both be true, the newest 100: a party may make any number."""
    return tuple(evidence_values(row, parties) for row in reader.newest_evidence(MAX_EVIDENCE))


def entry_values(desk: Desk, parties: tuple[Party, ...], at: MessageId) -> EntryValues:
    """Give one entry with its proof. Raises: UsageError: it is not held here."""
    reader, context = desk.reader, desk.context()
    row = reader.entry(*at)
    head = head_of(row)
    message, act = _about(desk, at, head)
    note = (reader.attachment(*at, 0) or b"") if is_note(head) else b""
    says = () if head is None or row["body"] is None else says_of(head, row["body"], context.parties, note)
    line = entry_line(row, context, proofs_of(reader, [row])[at], _forked(reader, [row]))
    is_shown = message is not None or act is not None or bool(says)
    evidence = read_evidence(reader, context.parties) if line.forked else ()
    return EntryValues(
        line=line,
        held="all" if row["body"] is not None else "head" if row["head"] is not None else "leaf",
        leaf=row["leaf"].hex(),
        leaf_hash=leaf_hash(row["leaf"]).hex(),
        head=None if head is None else _head_values(head, context.parties),
        signed=signed_by_author(reader, parties, *at),
        receipts=receipts_of(reader, parties, *at),
        again=_signed_again(reader, context, at),
        not_before_ms=reader.cosigned_before(*at),
        not_after_ms=reader.cosigned_after(*at),
        message=message,
        act=act,
        says=says,
        body_hex=None if is_shown or row["body"] is None else row["body"][:MAX_HEX_BYTES].hex(),
        erasures=_erasures(desk, at),
        erasable=row["body"] is not None and is_erasable(None if head is None else head.kind),
        provable=at[1] < max(reader.cosigned_sizes(at[0]).values(), default=0),
        evidence=tuple(each for each in evidence if each.number == line.number),
        branches=tuple(branch_line(each, context) for each in reader.branches_at(*at)),
        as_of_ms=context.now.utc_ms,
    )


def _erasures(desk: Desk, at: MessageId) -> tuple[ErasureValues, ...]:
    statement = select_erasures_of(at)
    parties = desk.context().parties
    rows = desk.reader.view(statement.executable, statement.parameters)
    return tuple(
        ErasureValues(
            number=each.number,
            party=each.party,
            ours=each.ours,
            why=each.why.word,
            post=show_line(each.post),
            reason=show_line(each.reason),
            arrived_ms=each.arrived_ms,
        )
        for each in (read_erasure(row, parties) for row in rows)
    )


def _signed_again(reader: Reader, context: Context, at: MessageId) -> tuple[str, ...]:
    holders = sorted(holder for holder, size in reader.covered_sizes(at[0]).items() if size > at[1])
    return (context.party_of(at[0]), *(context.parties[holder] for holder in holders)) if holders else ()


def _head_values(head: Head, parties: tuple[str, ...]) -> EntryHeadValues:
    return EntryHeadValues(
        kind_number=head.kind,
        language=show_line(head.language),
        agreement_version=head.agreement_version,
        references=tuple(format_number((each.log, each.index), parties) for each in head.references),
        seen=tuple(format_number((each.log, each.size - 1), parties) for each in head.seen if each.size),
    )


def _about(desk: Desk, at: MessageId, head: Head | None) -> tuple[MessageValues | None, ActValues | None]:
    """Give the message that an entry is, or the act that it is, as the chain of its message shows it."""
    if head is None or head.kind in _MESSAGES:
        return _message(desk, at), None
    if head.kind not in ACTS or not head.references:
        return None, None
    about = head.references[0]
    status = desk.find_message((about.log, about.index))
    act = None if status is None else _find_act(status, at)
    return None, None if act is None else act_values(act, show_line)


def _message(desk: Desk, at: MessageId) -> MessageValues | None:
    status = desk.find_message(at)
    return None if status is None else message_values(status, show_line)


def _find_act(status: MessageStatus, at: MessageId) -> ActView | None:
    steps = [act for chain in status.chains for step in chain.steps for act in step.acts]
    every = (*steps, *status.say_again, *status.confirmations, *status.without_effect)
    return next((act for act in every if act.id == at), None)


def _announced(reader: Reader, context: Context, wanted: Wanted) -> tuple[EntryLine, ...]:
    if wanted.is_searched:
        return ()
    heard = (rebuild(row, context) for row in reader.announced())
    return tuple(
        announced_line(each, context) for each in heard if wanted.takes_log(each.log, len(context.parties))
    )


def _branches(reader: Reader, context: Context, wanted: Wanted) -> tuple[EntryLine, ...]:
    if wanted.is_searched or wanted.log is not None:
        return ()
    return tuple(branch_line(row, context) for row in reader.branches(MAX_BRANCHES))


def _forked(reader: Reader, rows: Sequence[Row]) -> frozenset[MessageId]:
    return frozenset((row["log"], row["idx"]) for row in rows if reader.is_forked(row["log"], row["idx"]))
