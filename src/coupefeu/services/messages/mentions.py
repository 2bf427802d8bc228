"""Messages that were written beside another entry: text beside a call, words about an arranged one.

A message whose form names no message may still refer to one entry, the first reference of its head. Which messages
mention an entry is a view of heads alone, so that it stands when content is erased; no chain and no clock follows.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, bindparam, select

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Recorded, Statement
from coupefeu.services.entry_rows import fits

MAX_MENTIONS: Final = 200
"""Of one entry, the newest."""
_UNKNOWN_LEAF: Final = bytes(32)

MENTIONS: Final = Table(
    "message_mentions",
    METADATA,
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("about_log", Integer, nullable=False),
    Column("about_idx", BigInteger, nullable=False),
    Column("about_leaf", LargeBinary, doc="of the entry that its author saw; None: it was not named by one"),
)
Index("message_mentions_by_entry", MENTIONS.c.about_log, MENTIONS.c.about_idx, MENTIONS.c.arrival)
INSERT_MENTION: Final = MENTIONS.insert().values({each.name: bindparam(each.name) for each in MENTIONS.c})
SELECT_MENTIONS: Final = (
    select(MENTIONS.c.arrival, MENTIONS.c.about_leaf)
    .where(MENTIONS.c.about_log == bindparam("log"), MENTIONS.c.about_idx == bindparam("idx"))
    .order_by(MENTIONS.c.arrival.desc())
    .limit(MAX_MENTIONS)
)


def select_mentions(entry: MessageId) -> Statement:
    """Name the messages whose head refers to an entry: their `arrival`, and the leaf hash that their author saw."""
    return Statement(SELECT_MENTIONS, {"log": entry[0], "idx": entry[1]})


def apply(recorded: Recorded, head: Head) -> Iterator[Statement]:
    """Give the insert for a message that refers to an entry."""
    if head.kind != Kind.MESSAGE or not head.references:
        return
    about = head.references[0]
    if not fits((about.log, about.index)):
        return
    row: dict[str, Any] = {
        "arrival": recorded.arrival,
        "about_log": about.log,
        "about_idx": about.index,
        "about_leaf": None if about.leaf_hash == _UNKNOWN_LEAF else about.leaf_hash,
    }
    yield Statement(INSERT_MENTION, row)
