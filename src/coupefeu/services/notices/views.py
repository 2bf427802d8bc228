"""What stands in the rows of entries about notices: plain inserts, in whatever order they come (`fold.py` reads)."""

import json
from typing import Any, Final

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_row, fits, storable
from coupefeu.services.notices.deriving import DERIVE_ONE, DERIVE_OVERTAKEN
from coupefeu.services.notices.facts import CLOSINGS, VERSIONS, NoticeFact, body_defect, read_notice
from coupefeu.services.notices.forms import asks_for_answer
from coupefeu.services.notices.tables import ERASED, INSERT_ACT, INSERT_NOTICE, NOTHING, NOTICES
from coupefeu.services.notices.windows import window_of
from coupefeu.services.speaker import judge_speaker


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the statements for one entry; whatever it holds, it is kept."""
    if recorded.head is None:
        return ()
    row = act_row(recorded, recorded.head, context)
    insert = Statement(INSERT_ACT, row)
    place = {"b_log": row["root_log"], "b_idx": row["root_idx"]}
    if row["kind"] == Kind.NOTICE_FILED:
        notice = Statement(INSERT_NOTICE, _notice_row(row))
        return (insert, notice, *(Statement(each, place) for each in DERIVE_OVERTAKEN))
    if row["kind"] in VERSIONS | CLOSINGS:
        return (insert, *(Statement(each, place) for each in DERIVE_ONE))
    return (insert,)


def act_row(recorded: Recorded, head: Head, context: Context) -> dict[str, Any]:
    """Give the row of an entry."""
    places = [(each.log, each.index) for each in head.references]
    leaves = [each.leaf_hash for each in head.references]
    party = context.party_of(recorded.log)
    if head.kind == Kind.NOTICE_FILED:
        root, other, about, named = (recorded.log, recorded.index), NOTHING, NOTHING, places
    elif head.kind == Kind.CONFLICT_SETTLED:
        root, other, about, *named = [*places, NOTHING, NOTHING, NOTHING][: max(3, len(places))]
    else:
        root, about, *named = [*places, NOTHING, NOTHING][: max(2, len(places))]
        other = NOTHING
    is_named = head.kind == Kind.NOTICE_FILED or bool(places)
    effect = judge_speaker(head, party) or ("" if is_named else "missing_reference")
    row = {
        **entry_row(recorded, head),
        "kind": head.kind,
        "party": party,
        "from_post": storable(head.from_post),
        "to_posts": json.dumps([storable(each) for each in head.to_posts]),
        "agreement_version": head.agreement_version,
        "body": recorded.body,
        "leaf_hash": recorded.leaf_hash,
        "effect": effect or _effect_of(recorded, head, party),
        **_placed("root", root),
        "stands": head.kind in VERSIONS | CLOSINGS and context.party_of(root[0]) == party,
        "root_leaf": leaves[0] if leaves and head.kind != Kind.NOTICE_FILED else None,
        **_placed("other", other),
        **_placed("about", about),
        "named": json.dumps([each for each in named if each != NOTHING and fits(each)]),
    }
    return row | _said(recorded, head, row["effect"])


def _effect_of(recorded: Recorded, head: Head, party: str) -> str:
    """Judge an entry by itself; one that closes counts by its head, so that nothing changes when it is erased."""
    if head.kind == Kind.NOTICE_FILED and not any(_is_of_another(post, party) for post in head.to_posts):
        return "nobody_addressed"
    if head.kind in CLOSINGS:
        return ""
    return ERASED if recorded.erased else body_defect(head.kind, recorded.body)


def _is_of_another(post: str, party: str) -> bool:
    return post.partition(".")[0] not in {"", party}


def _placed(role: str, entry: MessageId) -> dict[str, int]:
    log, index = entry if fits(entry) else NOTHING
    return {f"{role}_log": log, f"{role}_idx": index}


NOT_SAID: Final[dict[str, Any]] = {
    "form": None, "title": "", "movement": "", "start_ms": None, "end_ms": None, "asks": False,
}  # fmt: skip
"""What the row of an entry holds that is no version, or whose content is gone or has no effect."""


def _said(recorded: Recorded, head: Head, effect: str) -> dict[str, Any]:
    fact = read_notice(head.kind, recorded.body)[0] if head.kind in VERSIONS and not effect else None
    return NOT_SAID if fact is None else said_row(fact)


def said_row(fact: NoticeFact) -> dict[str, Any]:
    """Give what of a version lists are narrowed by."""
    start_ms, end_ms = window_of(fact.volumes)
    return {
        "form": int(fact.form),
        "title": storable(fact.title),
        "movement": storable(fact.movement),
        "start_ms": start_ms,
        "end_ms": end_ms,
        "asks": asks_for_answer(fact),
    }


def _notice_row(row: dict[str, Any]) -> dict[str, Any]:
    own = {each.name: row[each.name] for each in NOTICES.c if each.name in row}
    erased = row["effect"] == ERASED
    return own | {
        "effect": "" if erased else row["effect"],
        "closed": None,
        "closed_log": None,
        "closed_idx": None,
        "newest": row["arrival"],
        "is_erased": erased,
        "until_ms": row["end_ms"],
        "heard_ms": None,
        "left_ms": None,
        "ahead": None,
    }
