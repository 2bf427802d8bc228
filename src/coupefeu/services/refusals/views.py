"""The table of what was refused: a row for each range, by whoever named it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, bindparam, select

from coupefeu.errors import CoupefeuError
from coupefeu.model.messages import format_number
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.refusals.facts import WORDS, Reason, Refusal, parse_refusal

REFUSALS: Final = Table(
    "refusals",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("ours", Boolean, nullable=False),
    Column("refused_log", Integer, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("reason", Integer, nullable=False),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
INSERT_REFUSAL: Final = REFUSALS.insert().values({each.name: bindparam(each.name) for each in REFUSALS.c})
SELECT_REFUSALS: Final = select(REFUSALS).order_by(REFUSALS.c.arrival, REFUSALS.c.part)
"""All refusals of all parties by arrival; `read_refusal` puts a row into words."""
SELECT_OUR_REFUSALS: Final = SELECT_REFUSALS.where(REFUSALS.c.ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """One range that a party has named as not held whole. `effect`: why it has none ("" when it has)."""

    number: str
    ours: bool
    arrived_ms: int
    refused: str
    words: str
    effect: str


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the inserts for one entry; one that cannot be read, or names a log of nobody, is kept with the reason."""
    try:
        refusal = parse_refusal(recorded.body)
        effect = "" if _may_name(recorded, refusal, context) else "not_theirs_to_refuse"
    except CoupefeuError:
        refusal, effect = None, "unreadable_body"
    if refusal is None or effect:
        return (Statement(INSERT_REFUSAL, _row(recorded, 0, -1, (0, 0), 0, effect)),)
    return tuple(
        Statement(INSERT_REFUSAL, _row(recorded, part, refusal.log, each, int(refusal.reason), ""))
        for part, each in enumerate(refusal.ranges)
    )


def read_refusal(row: Mapping[str, Any], parties: tuple[str, ...]) -> RefusalView:
    """Put a row of `SELECT_REFUSALS` into words."""
    start, last = (row["refused_log"], row["start"]), (row["refused_log"], row["end"] - 1)
    names = [] if row["effect"] else sorted({start, last})
    return RefusalView(
        number=format_number((row["log"], row["idx"]), parties),
        ours=bool(row["ours"]),
        arrived_ms=row["arrived_ms"],
        refused=" - ".join(format_number(each, parties) for each in names),
        words="" if row["effect"] else WORDS[Reason(row["reason"])],
        effect=row["effect"],
    )


def _may_name(recorded: Recorded, refusal: Refusal, context: Context) -> bool:
    return context.party_of(refusal.log) not in {"", context.party_of(recorded.log)}


def _row(
    recorded: Recorded, part: int, refused_log: int, refused: tuple[int, int], reason: int, effect: str
) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "idx": recorded.index,
        "part": part,
        "arrival": recorded.arrival,
        "arrived_ms": recorded.arrived_ms,
        "ours": recorded.ours,
        "refused_log": refused_log,
        "start": refused[0],
        "end": refused[1],
        "reason": reason,
        "effect": effect,
    }
