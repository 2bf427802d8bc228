"""Selects over several services' rows: what may prove a direct contact between two posts, the newest first.

They name candidates; whether a read-back matches, and an assertion holds, is judged by whoever owns the rule.
"""

from typing import Final

from sqlalchemy import bindparam, func, literal_column, select

from coupefeu.model.entry import Kind
from coupefeu.services.base import Statement
from coupefeu.services.calls.tables import CALLS
from coupefeu.services.messages.views import FACTS, MESSAGES, READ_BACKS
from coupefeu.services.persons.views import STATEMENTS
from coupefeu.services.presence.views import ASKED

SELECT_READ_BACKS: Final = (
    select(FACTS.c.log, FACTS.c.idx, FACTS.c.message_log, FACTS.c.message_idx, FACTS.c.arrived_ms)
    .join(MESSAGES, (MESSAGES.c.log == FACTS.c.message_log) & (MESSAGES.c.idx == FACTS.c.message_idx))
    .where(
        READ_BACKS,
        FACTS.c.from_post == bindparam("by"),
        FACTS.c.effect == literal_column("''"),
        MESSAGES.c.from_post == bindparam("other"),
    )
    .order_by(FACTS.c.arrival.desc())
    .limit(bindparam("limit"))
)
SELECT_SHOWN: Final = (
    select(
        STATEMENTS.c.log,
        STATEMENTS.c.idx,
        STATEMENTS.c.arrived_ms,
        STATEMENTS.c.ours,
        ASKED.c.log.label("asked_log"),
        ASKED.c.idx.label("asked_idx"),
        ASKED.c.arrived_ms.label("asked_ms"),
    )
    .join(ASKED, (ASKED.c.log == STATEMENTS.c.about_log) & (ASKED.c.idx == STATEMENTS.c.about_idx))
    .where(
        STATEMENTS.c.kind == literal_column(str(int(Kind.PRESENCE_SHOWN))),
        STATEMENTS.c.effect == literal_column("''"),
        STATEMENTS.c.post == bindparam("by"),
        ASKED.c.effect == literal_column("''"),
        ASKED.c.post == bindparam("other"),
        ASKED.c.to_post == STATEMENTS.c.post,
    )
    .order_by(STATEMENTS.c.arrival.desc())
    .limit(bindparam("limit"))
)
SELECT_ATTEMPTS: Final = (
    select(CALLS.c.outcome, func.count().label("count"))
    .where(
        CALLS.c.post == bindparam("caller"),
        CALLS.c.to_post == bindparam("called"),
        CALLS.c.arrived_ms > bindparam("after_ms"),
        CALLS.c.effect == literal_column("''"),
        CALLS.c.outcome.is_not(None),
    )
    .group_by(CALLS.c.outcome)
    .order_by(CALLS.c.outcome)
)


def select_read_backs(by: str, other: str, limit: int) -> Statement:
    """Name the newest read-backs by one post of messages from another."""
    return Statement(SELECT_READ_BACKS, {"by": by, "other": other, "limit": limit})


def select_shown(by: str, other: str, limit: int) -> Statement:
    """Name the newest answers of one post to a question of presence from another."""
    return Statement(SELECT_SHOWN, {"by": by, "other": other, "limit": limit})


def select_attempts(caller: str, called: str, after_ms: int) -> Statement:
    """Count the calls of one post to another since an instant, by outcome."""
    return Statement(SELECT_ATTEMPTS, {"caller": caller, "called": called, "after_ms": after_ms})
