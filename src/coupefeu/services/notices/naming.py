"""A version of ours names the notices of the other side that it was known to conflict with when it was written.

The first 16 that begin stand in its head, and how many there were in all in its body: so nobody can say later that the
conflict was not known, nor that it was.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context, Draft, Select, Statement
from coupefeu.services.notices.boxes import SELECT_MINIMA, read_separation, span_of
from coupefeu.services.notices.conflicts import find_conflicts
from coupefeu.services.notices.facts import VERSIONS, encode_notice, read_notice
from coupefeu.services.notices.indexing import prepare_volumes
from coupefeu.services.notices.looking import counts_at
from coupefeu.services.notices.nearby import near_or_wait

MAX_NAMED: Final = 16


def complete(drafts: Iterable[Draft], context: Context, select: Select) -> tuple[Draft, ...]:
    """Name in each version among these drafts what it conflicts with; where that is very much, that nobody checked."""
    return tuple(_name(each, context, select) if each.kind in VERSIONS else each for each in drafts)


def _name(draft: Draft, context: Context, select: Select) -> Draft:
    fact, _ = read_notice(draft.kind, draft.body)
    ready = None if fact is None else prepare_volumes(fact.volumes)
    separation = read_separation(select(Statement(SELECT_MINIMA, {})))
    if fact is None or ready is None or separation is None:
        return draft
    prepared, boxes = ready
    near = near_or_wait(prepared, boxes, separation, select, ours=False)
    if near is None:
        return replace(draft, body=encode_notice(replace(fact, conflicts=None)))
    found = [row for row in find_conflicts(prepared, near, separation) if counts_at(row, context.now.utc_ms)]
    ordered = sorted(found, key=lambda row: (span_of(row["boxes"])[0], row["arrival"]))
    others = list(dict.fromkeys(map(_notice, ordered)))
    return replace(
        draft,
        body=encode_notice(replace(fact, conflicts=len(others))),
        references=(*draft.references, *others[:MAX_NAMED]),
    )


def _notice(row: Any) -> MessageId:
    return row["root_log"], row["root_idx"]
