"""The table of what nodes said of witnesses: a row for each entry, with why it has no effect."""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, bindparam, select

from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row
from coupefeu.services.speaker import judge_speaker
from coupefeu.services.witnessed.facts import read_witness_word

WITNESS_WORDS: Final = Table(
    "witness_words",
    METADATA,
    *entry_columns(),
    Column("post", String, nullable=False),
    Column("name", String, nullable=False),
    Column("is_heard", Boolean, nullable=False),
    Column("size", BigInteger, nullable=False, doc="of the log of who speaks"),
    Column("heard_ms", BigInteger),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
Index("witness_words_newest", WITNESS_WORDS.c.ours, WITNESS_WORDS.c.name, WITNESS_WORDS.c.arrival)
INSERT_WORD: Final = WITNESS_WORDS.insert().values(
    {each.name: bindparam(each.name) for each in WITNESS_WORDS.c}
)
_SELECT_OUR_NEWEST: Final = (
    select(WITNESS_WORDS)
    .where(WITNESS_WORDS.c.ours, WITNESS_WORDS.c.name == bindparam("name"), WITNESS_WORDS.c.effect == "")
    .order_by(WITNESS_WORDS.c.arrival.desc())
    .limit(1)
)


def select_our_newest(name: str) -> Statement:
    """Name what we said last of a witness."""
    return Statement(_SELECT_OUR_NEWEST, {"name": name})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; one that cannot be read is kept with the reason."""
    head = recorded.head
    if head is None:
        return ()
    word, effect = read_witness_word(recorded.body)
    effect = effect or judge_speaker(head, context.party_of(recorded.log))
    row: dict[str, Any] = {
        **entry_row(recorded, head),
        "post": "" if effect else head.from_post,
        "name": "",
        "is_heard": True,
        "size": 0,
        "heard_ms": None,
        "effect": effect,
    }
    if word is not None and not effect:
        row |= {"name": word.name, "is_heard": word.is_heard, "size": word.size, "heard_ms": word.heard_ms}
    return (Statement(INSERT_WORD, row),)
