"""The tables of questions of presence, and of sightings and claims: a row for each entry, with why it has no effect.

Which report stands, and what a sighting does to a claim, is made of the rows when they are read (`reports.py`).
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    func,
    literal_column,
    select,
)

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.presence import Report
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row, fits
from coupefeu.services.presence.facts import Asked, Noted, read_note, read_presence
from coupefeu.services.speaker import judge_speaker


def _beginning() -> tuple[Column[Any], ...]:
    return (
        *entry_columns(),
        Column("post", String, nullable=False),
        Column("officer", String, nullable=False),
        Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
    )


ASKED: Final = Table(
    "presence_asked",
    METADATA,
    *_beginning(),
    Column("to_post", String, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
)
Index("presence_asked_by_arrival", ASKED.c.effect, ASKED.c.ours, ASKED.c.arrival)
REPORTS: Final = Table(
    "presence_reports",
    METADATA,
    *_beginning(),
    Column("kind", Integer, nullable=False),
    Column("language", String, nullable=False),
    Column("act", Integer, nullable=False),
    Column("amends_log", Integer, nullable=False),
    Column("amends_idx", BigInteger, nullable=False),
    Column("claim_log", Integer, nullable=False),
    Column("claim_idx", BigInteger, nullable=False),
    Column("bearing", Integer),
    Column("posts", String, nullable=False),  # JSON array
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("what", String, nullable=False),
    Column("source", String, nullable=False),
    Column("medium", Integer, nullable=False),
    Column("date_proof", Integer, nullable=False),
    Column("date_words", String, nullable=False),
    Column("corroboration", Integer, nullable=False),
    Column("corroboration_words", String, nullable=False),
    Column("reliability", Integer, nullable=False),
    Column("credibility", Integer, nullable=False),
    Column("speaker", String, nullable=False),
    Column("why", String, nullable=False),
)
Index("presence_reports_amending", REPORTS.c.amends_log, REPORTS.c.amends_idx)
Index("presence_reports_by_arrival", REPORTS.c.effect, REPORTS.c.arrival)
CONTENT: Final[Mapping[str, Any]] = {
    "officer": "",
    "kind": 0,
    "language": "",
    "act": 0,
    "amends_log": -1,
    "amends_idx": 0,
    "claim_log": -1,
    "claim_idx": 0,
    "bearing": None,
    "posts": "[]",
    "start_ms": 0,
    "end_ms": 0,
    "what": "",
    "source": "",
    "medium": 0,
    "date_proof": 0,
    "date_words": "",
    "corroboration": 0,
    "corroboration_words": "",
    "reliability": 0,
    "credibility": 0,
    "speaker": "",
    "why": "",
}
"""What a row holds of a note whose content is gone, or has no effect."""

_INSERT_ASKED: Final = ASKED.insert().values({each.name: bindparam(each.name) for each in ASKED.c})
_INSERT_REPORT: Final = REPORTS.insert().values({each.name: bindparam(each.name) for each in REPORTS.c})
SELECT_ASKED: Final = (
    select(ASKED)
    .where(ASKED.c.effect == "", ASKED.c.ours == bindparam("ours"))
    .order_by(ASKED.c.arrival.desc())
    .limit(bindparam("limit"))
)
SELECT_ONE_ASKED: Final = select(ASKED).where(
    ASKED.c.log == bindparam("log"), ASKED.c.idx == bindparam("idx")
)
SELECT_REPORTS: Final = (
    select(REPORTS).where(REPORTS.c.effect == "").order_by(REPORTS.c.arrival.desc()).limit(bindparam("limit"))
)
SELECT_REPORT: Final = select(REPORTS).where(
    REPORTS.c.log == bindparam("log"), REPORTS.c.idx == bindparam("idx")
)
SELECT_LATER: Final = (
    select(REPORTS.c.log, REPORTS.c.idx)
    .where(
        REPORTS.c.amends_log == bindparam("log"),
        REPORTS.c.amends_idx == bindparam("idx"),
        REPORTS.c.effect == "",
    )
    .order_by(REPORTS.c.log, REPORTS.c.idx)
    .limit(1)
)
"""The entry that took the place of one, or took it back: only one may."""

COUNT_ABSENT: Final = select(func.count().label("count")).where(
    REPORTS.c.effect == literal_column("'content_absent'")
)
"""Notes of ours whose content is not here."""


def select_asked(limit: int, *, ours: bool) -> Statement:
    """Name the newest questions of presence of one side: however many they ask, ours are found."""
    return Statement(SELECT_ASKED, {"ours": ours, "limit": limit})


def select_one_asked(entry: MessageId) -> Statement:
    """Name the row of one question."""
    return Statement(SELECT_ONE_ASKED, {"log": entry[0], "idx": entry[1]})


def select_reports(limit: int) -> Statement:
    """Name the newest entries of sightings and claims."""
    return Statement(SELECT_REPORTS, {"limit": limit})


def select_report(entry: MessageId) -> Statement:
    """Name the row of one sighting or claim."""
    return Statement(SELECT_REPORT, {"log": entry[0], "idx": entry[1]})


def select_later(entry: MessageId) -> Statement:
    """Name what took the place of one sighting or claim."""
    return Statement(SELECT_LATER, {"log": entry[0], "idx": entry[1]})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; one that cannot be read, or has no effect, is kept with the reason."""
    head = recorded.head
    if head is None:
        return ()
    if head.kind == Kind.PRESENCE_ASKED:
        return (_asked(recorded, head, context),)
    fact, effect = _read_note(recorded, head, context)
    row = _row(recorded, head, effect) | _note_row(head, None if effect else fact)
    return (Statement(_INSERT_REPORT, row),)


def _asked(recorded: Recorded, head: Head, context: Context) -> Statement:
    fact, effect = read_presence(head.kind, recorded.body)
    effect = effect or judge_speaker(head, context.party_of(recorded.log)) or judge_asked(head)
    row = _row(recorded, head, effect) | {
        "officer": fact.officer if isinstance(fact, Asked) and not effect else "",
        "to_post": "" if effect else head.to_posts[0],
        "leaf_hash": recorded.leaf_hash,
    }
    return Statement(_INSERT_ASKED, row)


def _read_note(recorded: Recorded, head: Head, context: Context) -> tuple[Noted | None, str]:
    """Read what a note of ours says; of the other side's nothing is here, and it would be no evidence that we keep."""
    if recorded.erased:
        return None, "erased"
    _, effect = read_presence(head.kind, recorded.body)
    effect = (
        effect or judge_speaker(head, context.party_of(recorded.log)) or ("" if recorded.ours else "not_ours")
    )
    if effect:
        return None, effect
    if not recorded.attached:
        return None, "content_absent"
    fact, effect = read_note(recorded.attached[0])
    named = () if fact is None else (fact.amends, fact.claim)
    own = all(fits(each) and context.is_ours(each[0]) for each in named if each is not None)
    return fact, effect or ("" if own else "missing_reference")


def judge_asked(head: Head) -> str:
    """Refuse a question that is not to one post, of another party."""
    if len(head.to_posts) != 1:
        return "not_one_post"
    asked, _, name = head.to_posts[0].partition(".")
    is_other = name and asked != head.from_post.partition(".")[0] and "\x00" not in head.to_posts[0]
    return "" if is_other else "own_post"


def _row(recorded: Recorded, head: Head, effect: str) -> dict[str, Any]:
    return {
        **entry_row(recorded, head),
        "post": head.from_post if effect in {"", "erased", "content_absent"} else "",
        "effect": effect,
    }


def _note_row(head: Head, fact: Noted | None) -> dict[str, Any]:
    if fact is None:
        return dict(CONTENT)
    amends, claim = fact.amends or _NONE, fact.claim or _NONE
    row = dict(CONTENT) | {
        "officer": fact.officer,
        "kind": int(fact.kind),
        "language": head.language,
        "act": int(fact.act),
        "bearing": None if fact.bearing is None else int(fact.bearing),
        "why": fact.why,
        "amends_log": amends[0],
        "amends_idx": amends[1],
        "claim_log": claim[0],
        "claim_idx": claim[1],
    }
    return row if fact.report is None else row | _report_row(fact.report)


_NONE: Final[MessageId] = (-1, 0)


def _report_row(report: Report) -> dict[str, Any]:
    return {
        "posts": json.dumps(report.posts),
        "start_ms": report.when_ms[0],
        "end_ms": report.when_ms[1],
        "what": report.what,
        "source": report.source,
        "medium": int(report.medium),
        "date_proof": int(report.date_proof),
        "date_words": report.date_words,
        "corroboration": int(report.corroboration),
        "corroboration_words": report.corroboration_words,
        "reliability": int(report.grade.reliability),
        "credibility": int(report.grade.credibility),
        "speaker": report.speaker,
    }
