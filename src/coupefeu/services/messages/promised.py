"""What messages promise of their attachments: the view, and which of them are for us to fetch.

What is held stands on the record; this view says what was promised, by whom, and whether to us. The other side's
promise is as long as it says: one beyond the agreed size is shown, and never asked for.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    select,
)

from coupefeu.model.entry import Head, is_to
from coupefeu.model.messages import Content, MessageId
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.messages.forms import are_promises

PROMISED: Final = Table(
    "message_attachments",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, nullable=False),
    Column("to_us", Boolean, nullable=False),
    Column("name", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
)
Index(
    "message_attachments_to_us",
    PROMISED.c.arrival,
    sqlite_where=PROMISED.c.to_us,
    postgresql_where=PROMISED.c.to_us,
)
INSERT_PROMISED: Final = PROMISED.insert().values({each.name: bindparam(each.name) for each in PROMISED.c})
SELECT_PROMISED: Final = select(PROMISED).where(
    PROMISED.c.log == bindparam("log"),
    PROMISED.c.idx == bindparam("idx"),
    PROMISED.c.number == bindparam("number"),
)


def select_promised(message: MessageId, number: int) -> Statement:
    """Name the row of one promised attachment."""
    return Statement(SELECT_PROMISED, {"log": message[0], "idx": message[1], "number": number})


def apply(recorded: Recorded, head: Head, content: Content, context: Context) -> Iterator[Statement]:
    """Give the inserts for the attachments of a message; of what may not be promised, none is."""
    if not content.attachments or not are_promises(content.attachments):
        return
    to_us = not recorded.ours and is_to(head.to_posts, context.us)
    for number, promised in enumerate(content.attachments):
        row: dict[str, Any] = {
            "log": recorded.log,
            "idx": recorded.index,
            "number": number,
            "arrival": recorded.arrival,
            "to_us": to_us,
            **promised._asdict(),
        }
        yield Statement(INSERT_PROMISED, row)
