"""One entry about a call as rows: whatever it holds it is kept, with the reason where it has no effect.

Only what the entry itself shows is judged here, so that `rebuild` gives the same rows; what depends on other entries
is judged when an attempt is read (fold.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.model.calls import MAX_CALLS_ANSWERED, Outcome
from coupefeu.model.entry import Head, Kind, Reference
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context, Recorded
from coupefeu.services.calls.facts import CallFact, read_call
from coupefeu.services.entry_rows import entry_row, fits, storable
from coupefeu.services.speaker import judge_speaker

UNKNOWN_LEAF: Final = bytes(32)
"""Of what has no leaf yet: a draft."""
NOWHERE: Final[MessageId] = (-1, -1)
"""Before every entry of every log."""
_OUTCOMES: Final = {
    Kind.CALL_ANSWERED: Outcome.ANSWERED,
    Kind.CALL_DECLINED: Outcome.DECLINED,
    Kind.CALL_DEFERRED: Outcome.DEFERRED,
    Kind.CALL_WITHDRAWN: Outcome.WITHDRAWN,
}

_DERIVED: Final = (
    *(
        f"{name}_{part}"
        for name in ("caller_edge", "called_edge", "said", "shown")
        for part in ("log", "idx")
    ),
    "outcome_arrival",
    "outcome",
)
"""Of a call that has just come; resolving.py fills them in."""

Row = Mapping[str, Any]


def rows_of(recorded: Recorded, context: Context) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the rows of `calls` and of `call_steps` that an entry makes, without storing them."""
    head = recorded.head
    if head is None:
        return [], []
    fact, defect = (CallFact(), "") if recorded.erased else read_call(head.kind, recorded.body)
    defect = defect or judge_speaker(head, context.party_of(recorded.log))
    if head.kind == Kind.CALL_PLACED:
        return [_call_row(recorded, head, context, defect)], []
    rows = [_step_row(recorded, head, context, named, fact) for named in _calls_named(head)]
    return [], [row | {"effect": defect or row["effect"]} for row in rows]


def outcome_of(kind: int, fact: CallFact) -> Outcome | None:
    """Say what an entry makes of an attempt if it counts; None: nothing."""
    return _OUTCOMES[Kind(kind)] if kind in _OUTCOMES else fact.outcome


# --- calls ------------------------------------------------------------------------------------------------


def _call_row(recorded: Recorded, head: Head, context: Context, defect: str) -> dict[str, Any]:
    to_post = head.to_posts[0] if len(head.to_posts) == 1 else ""
    to_party = to_post.partition(".")[0]
    defect = defect or _judge_called(to_post, recorded, context)
    arranged = next((each for each in head.references if _fits(each)), None)
    return _entry_row(recorded, head, context) | {
        "effect": defect,
        "leaf_hash": recorded.leaf_hash,
        "to_party": to_party if not defect else "",
        "to_post": storable(to_post),
        "precedence": int(head.precedence),
        "agreement_version": head.agreement_version,
        "arrangement_log": None if arranged is None else arranged.log,
        "arrangement_idx": None if arranged is None else arranged.index,
        **dict.fromkeys(_DERIVED),
        "is_open": not defect,
    }


def _judge_called(to_post: str, recorded: Recorded, context: Context) -> str:
    """Refuse a call of nobody, of several, of one's own, or of a side without a post: no desk could ring."""
    party, _, name = to_post.partition(".")
    is_another = party in context.parties and party != context.party_of(recorded.log)
    return "" if is_another and name and "\x00" not in name else "not_a_counterpart"


# --- steps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A call that a step is about, and its leaf hash as the author of the step saw it."""

    call: MessageId
    leaf: bytes | None = None


def _calls_named(head: Head) -> Iterator[_Named]:
    """Name the calls that an entry is about, each once: CALL UNANSWERED may name many, every other the first."""
    fitting = [each for each in head.references[:MAX_CALLS_ANSWERED] if _fits(each)]
    about = fitting if head.kind == Kind.CALL_UNANSWERED else fitting[:1]
    leaves = {(each.log, each.index): each.leaf_hash for each in reversed(about)}
    for call, leaf in sorted(leaves.items()):
        yield _Named(call=call, leaf=None if leaf == UNKNOWN_LEAF else leaf)
    if not about:
        yield _Named(call=NOWHERE)


def _step_row(
    recorded: Recorded, head: Head, context: Context, named: _Named, fact: CallFact
) -> dict[str, Any]:
    seen_log, seen_idx = _newest_seen(head, context)
    beside = head.references[-1] if head.kind == Kind.CALL_WORDS and named.call != NOWHERE else None
    return _entry_row(recorded, head, context) | {
        "effect": "missing_reference" if named.call == NOWHERE else "",
        "call_log": named.call[0],
        "call_idx": named.call[1],
        "call_leaf": named.leaf,
        "kind": head.kind,
        "outcome": outcome_of(head.kind, fact),
        "seen_log": seen_log,
        "seen_idx": seen_idx,
        "about_log": None if beside is None or not _fits(beside) else beside.log,
        "about_idx": None if beside is None or not _fits(beside) else beside.index,
        "erased": None,
    }


def _newest_seen(head: Head, context: Context) -> MessageId:
    """Give the newest entry of the party addressed that the author shows to have seen, by `seen` or by reference."""
    party = head.to_posts[0].partition(".")[0] if head.to_posts else ""
    places = [(each.log, each.size - 1) for each in head.seen]
    places += [(each.log, each.index) for each in head.references]
    theirs = [(log, index) for log, index in places if context.party_of(log) == party]
    return max(theirs, default=NOWHERE)


def _entry_row(recorded: Recorded, head: Head, context: Context) -> dict[str, Any]:
    return entry_row(recorded, head) | {
        "party": context.party_of(recorded.log),
        "post": storable(head.from_post),
        "body": recorded.body,
    }


def _fits(reference: Reference) -> bool:
    return fits((reference.log, reference.index))
