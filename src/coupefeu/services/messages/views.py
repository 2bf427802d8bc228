"""The tables of the messages view, the selects that rules need, and the statements that one more entry causes.

Both tables are plain inserts in the order of arrival; chain, clocks and effects are computed when they are read
(chain.py), for they depend on the reader's clock and on what came since. The exact text stays in `body`.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    true,
)

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import SUBJECTS, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import storable
from coupefeu.services.messages import mentions, promised, texts
from coupefeu.services.messages.facts import ACTS, MAX_SHOWN_MESSAGES, read_act
from coupefeu.services.messages.forms import FORM_RULES, critical_fields, read_content

MAX_INTEGER = (1 << 63) - 1
UNKNOWN_LEAF = bytes(32)
"""Of what has no leaf yet: a draft, or a line test whose proof follows."""
NO_MESSAGE: MessageId = (-1, -1)
"""Stored with an act that names no message."""
MESSAGE_KINDS = frozenset({Kind.MESSAGE, Kind.LINE_TEST})
KINDS = frozenset(int(kind) for kind in MESSAGE_KINDS | ACTS)


def _entry_columns(arrival: Column[Any]) -> list[Column[Any]]:
    return [
        arrival,
        Column("arrived_ms", BigInteger, nullable=False),
        Column("ours", Boolean, nullable=False),
        Column("kind", Integer, nullable=False),
        Column("from_post", String, nullable=False),
        Column("written_ms", BigInteger, nullable=False),
        Column("agreement_version", BigInteger, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("effect", String, nullable=False),
        Column("erased", BigInteger, doc="our entry ERASED that names it; None: its content is here"),
    ]


MESSAGES = Table(
    "messages",
    METADATA,
    Column("log", Integer, nullable=False),
    Column("idx", BigInteger, nullable=False),
    *_entry_columns(Column("arrival", Integer, primary_key=True, autoincrement=False)),
    Column("to_posts", String, nullable=False),  # JSON array
    Column("precedence", Integer, nullable=False),
    Column("language", String, nullable=False),
    Column("form", Integer),
    Column("subject", String),
    Column("about_log", Integer),
    Column("about_idx", BigInteger),
    Column("is_critical", Boolean, nullable=False, doc="something in it is to be read back"),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("erased_log", Integer),
    Column("erased_why", Integer),
    UniqueConstraint("log", "idx"),
)
_IS_CONTACT = (MESSAGES.c.form == literal_column(str(int(Form.CONTACT)))) & (
    MESSAGES.c.effect == literal_column("''")
)
Index(
    "messages_contacts",
    MESSAGES.c.arrival,
    MESSAGES.c.log,
    sqlite_where=_IS_CONTACT,
    postgresql_where=_IS_CONTACT,
)
"""Contacts by another channel are rare, and stand in the list of calls."""
_IS_LINE_TEST = MESSAGES.c.kind == literal_column(str(int(Kind.LINE_TEST)))
Index("messages_by_precedence", MESSAGES.c.precedence, MESSAGES.c.arrival)
Index(
    "messages_listed",
    MESSAGES.c.arrival,
    MESSAGES.c.precedence,
    MESSAGES.c.log,
    MESSAGES.c.form,
    MESSAGES.c.subject,
)
"""Counts and windows of filtered lists never touch a body."""
Index(
    "messages_line_tests",
    MESSAGES.c.log,
    MESSAGES.c.idx,
    sqlite_where=_IS_LINE_TEST,
    postgresql_where=_IS_LINE_TEST,
)
"""Line tests are rare among the messages; an index over them alone costs every other message nothing."""

FACTS = Table(
    "message_facts",
    METADATA,
    Column("log", Integer, primary_key=True),
    Column("idx", BigInteger, primary_key=True),
    Column("message_log", Integer, primary_key=True),
    Column("message_idx", BigInteger, primary_key=True),
    Column(
        "message_leaf", LargeBinary, doc="of the message that its author saw; None: it was not named by one"
    ),
    *_entry_columns(Column("arrival", BigInteger, nullable=False)),
)
READ_BACKS = FACTS.c.kind == literal_column(str(int(Kind.READ_BACK)))
Index(
    "message_facts_read_back",
    FACTS.c.from_post,
    FACTS.c.arrival,
    sqlite_where=READ_BACKS,
    postgresql_where=READ_BACKS,
)
"""Who read something back himself, the newest first; the other acts pay nothing for it."""
Index("message_facts_by_message", FACTS.c.message_log, FACTS.c.message_idx, FACTS.c.arrival)

INSERT_MESSAGE = MESSAGES.insert().values({column.name: bindparam(column.name) for column in MESSAGES.c})
INSERT_FACT = FACTS.insert().values({column.name: bindparam(column.name) for column in FACTS.c})
SELECT_MESSAGE = select(MESSAGES).where(
    MESSAGES.c.log == bindparam("log"), MESSAGES.c.idx == bindparam("idx")
)
SELECT_FACTS = (
    select(FACTS)
    .where(FACTS.c.message_log == bindparam("log"), FACTS.c.message_idx == bindparam("idx"))
    .order_by(FACTS.c.arrival)
)
SELECT_LATEST_MESSAGES = select(MESSAGES).order_by(MESSAGES.c.arrival.desc()).limit(bindparam("limit"))
SELECT_LATEST_OF_PRECEDENCE = (
    select(MESSAGES)
    .where(MESSAGES.c.precedence == bindparam("precedence"))
    .order_by(MESSAGES.c.arrival.desc())
    .limit(bindparam("limit"))
)
_CANCELS = (FACTS.c.kind == int(Kind.MESSAGE)) & (
    func.substr(FACTS.c.body, 2, 2) == bytes((0, int(Form.CANCELLATION)))
)
"""The form is the first field of a body (docs/spec/messages.md)."""
_SETTLES = (FACTS.c.kind == int(Kind.PASSED_TO)) | (FACTS.c.kind == int(Kind.OUTCOME))
_TAKES = (FACTS.c.kind == int(Kind.TAKEN)) & func.coalesce(MESSAGES.c.form != int(Form.WARNING), true())
_IS_SETTLED = exists().where(
    FACTS.c.message_log == MESSAGES.c.log,
    FACTS.c.message_idx == MESSAGES.c.idx,
    FACTS.c.message_leaf.is_(None) | (FACTS.c.message_leaf == MESSAGES.c.leaf_hash),
    case((FACTS.c.log == MESSAGES.c.log, _CANCELS), else_=_SETTLES | _TAKES),
)
SELECT_OLDEST_FLASH = (
    select(MESSAGES)
    .where(
        MESSAGES.c.precedence == int(Precedence.FLASH),
        MESSAGES.c.kind == int(Kind.MESSAGE),
        func.coalesce(MESSAGES.c.subject != Subject.PROTEST.value, true()),
        MESSAGES.c.erased.is_(None),
        MESSAGES.c.ours | MESSAGES.c.to_posts.like(bindparam("to_us")),
        ~_IS_SETTLED,
    )
    .order_by(MESSAGES.c.arrival)
    .limit(bindparam("limit"))
)
"""FLASH that nobody took, or a WARNING without an outcome, those that wait longest first: no flood hides them."""
SELECT_FACTS_SINCE = (
    select(FACTS)
    .join(MESSAGES, (MESSAGES.c.log == FACTS.c.message_log) & (MESSAGES.c.idx == FACTS.c.message_idx))
    .where(MESSAGES.c.arrival >= bindparam("arrival"))
    .order_by(FACTS.c.arrival)
)
"""The acts about the messages of a page whose oldest has this arrival, also those that overtook their message."""
SELECT_LAST_LINE_TEST = (
    select(MESSAGES)
    .where(_IS_LINE_TEST, MESSAGES.c.log == bindparam("log"))
    .order_by(MESSAGES.c.idx.desc())
    .limit(1)
)


def select_oldest_flash(party: str, limit: int) -> Statement:
    """Name the FLASH from us, or to posts of `party`, that wait longest."""
    return Statement(SELECT_OLDEST_FLASH, {"to_us": f'%"{party}.%', "limit": limit})


def select_message(message: MessageId) -> Statement:
    """Name the row of one message."""
    return Statement(SELECT_MESSAGE, {"log": message[0], "idx": message[1]})


def select_facts(message: MessageId) -> Statement:
    """Name the acts about one message, and the messages that correct, cancel or answer it, by arrival."""
    return Statement(SELECT_FACTS, {"log": message[0], "idx": message[1]})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the inserts for one entry; whatever it holds, it is stored, with the reason if it has no effect."""
    head = recorded.head
    beside = () if head is None else mentions.apply(recorded, head)
    return (*_apply(recorded, head, context), *beside)


def _apply(recorded: Recorded, head: Head | None, context: Context) -> tuple[Statement, ...]:
    if recorded.erased:
        return _apply_erased(recorded, head)
    if head is None:
        return (Statement(INSERT_MESSAGE, _unreadable(recorded)), texts.apply(recorded, None))
    if head.kind in ACTS:
        return _apply_act(recorded, head)
    if head.kind not in MESSAGE_KINDS:
        row = _message_row(recorded, head) | {"effect": "unknown_form"}
        return (Statement(INSERT_MESSAGE, row), texts.apply(recorded, None))
    return _apply_message(recorded, head, context)


def _apply_erased(recorded: Recorded, head: Head | None) -> tuple[Statement, ...]:
    """Give what stands when the body is gone; the entry ERASED that comes later says by what, and why."""
    if head is None:
        return (Statement(INSERT_MESSAGE, _unreadable(recorded)),)
    if head.kind in ACTS:
        return tuple(
            Statement(INSERT_FACT, _fact_row(recorded, head, message, _lacks(message)))
            for message in _about(head)[:1]
        )
    effect = "" if head.kind == Kind.MESSAGE else "unknown_form"
    return (Statement(INSERT_MESSAGE, _message_row(recorded, head) | {"effect": effect}),)


def _lacks(message: MessageId) -> str:
    return "missing_reference" if message == NO_MESSAGE else ""


def rows_of(recorded: Recorded, context: Context) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Give the rows of `messages` and of `message_facts` that an entry would make, without storing them."""
    statements = apply(recorded, context)
    return (
        [each.parameters for each in statements if each.executable is INSERT_MESSAGE],
        [each.parameters for each in statements if each.executable is INSERT_FACT],
    )


def _apply_message(recorded: Recorded, head: Head, context: Context) -> tuple[Statement, ...]:
    row = _message_row(recorded, head)
    content, row["effect"] = read_content(recorded.body)
    searched = texts.apply(recorded, content)
    if content is None:
        return (Statement(INSERT_MESSAGE, row), searched)
    row["form"], row["subject"] = int(content.form), content.subject
    if not row["effect"]:
        row["effect"] = _judge_head(head, content.form, content.subject)
    row["is_critical"] = bool(critical_fields(content))
    statements = [Statement(INSERT_MESSAGE, row), searched, *promised.apply(recorded, head, content, context)]
    if head.kind != Kind.MESSAGE or not FORM_RULES[content.form].refers or not head.references:
        return tuple(statements)
    about = _about(head)[0]
    row["about_log"], row["about_idx"] = about
    row["is_critical"] = bool(critical_fields(content, "named"))
    statements.append(Statement(INSERT_FACT, _fact_row(recorded, head, about, row["effect"])))
    return tuple(statements)


def _judge_head(head: Head, form: Form, subject: str) -> str:
    if (form is Form.LINE_TEST) != (head.kind == Kind.LINE_TEST):
        return "form_not_of_kind"
    if FORM_RULES[form].refers and not head.references:
        return "missing_reference"
    is_protest = subject == SUBJECTS[3]
    return "protest_flash" if is_protest and head.precedence == Precedence.FLASH else ""


def _apply_act(recorded: Recorded, head: Head) -> tuple[Statement, ...]:
    _, effect = read_act(head.kind, recorded.body)
    about = _about(head)
    if head.kind != Kind.SHOWN:
        about = about[:1]
    effect = effect or _lacks(about[0])
    return tuple(Statement(INSERT_FACT, _fact_row(recorded, head, message, effect)) for message in about)


def _about(head: Head) -> list[MessageId]:
    """List the messages referred to, each once: an act may not make the same row twice."""
    found = [
        (ref.log, ref.index) for ref in head.references[:MAX_SHOWN_MESSAGES] if _fits(ref.log, ref.index)
    ]
    return list(dict.fromkeys(found)) or [NO_MESSAGE]


def _fits(log: int, index: int) -> bool:
    return 0 <= log < 1 << 31 and 0 <= index <= MAX_INTEGER


def _entry_row(recorded: Recorded, head: Head) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "idx": recorded.index,
        "arrival": recorded.arrival,
        "arrived_ms": recorded.arrived_ms,
        "ours": recorded.ours,
        "kind": min(head.kind, (1 << 31) - 1),
        "from_post": storable(head.from_post),
        "written_ms": _clamp(head.written_ms),
        "agreement_version": _clamp(head.agreement_version),
        "body": recorded.body,
        "erased": None,
    }


def _message_row(recorded: Recorded, head: Head) -> dict[str, Any]:
    row = _entry_row(recorded, head)
    row["to_posts"] = _posts(head.to_posts)
    row["precedence"] = int(head.precedence)
    row["language"] = storable(head.language)
    row["form"] = row["subject"] = row["about_log"] = row["about_idx"] = None
    row["erased_log"] = row["erased_why"] = None
    row["is_critical"] = False
    row["leaf_hash"] = recorded.leaf_hash
    return row


@lru_cache(maxsize=256)
def _posts(posts: tuple[str, ...]) -> str:
    return json.dumps(posts)


def _fact_row(recorded: Recorded, head: Head, message: MessageId, effect: str) -> dict[str, Any]:
    row = _entry_row(recorded, head)
    row["message_log"], row["message_idx"] = message
    row["message_leaf"] = _leaf_named(head, message)
    row["effect"] = effect
    return row


def _leaf_named(head: Head, message: MessageId) -> bytes | None:
    named = (each.leaf_hash for each in head.references if (each.log, each.index) == message)
    return next((each for each in named if each != UNKNOWN_LEAF), None)


def _unreadable(recorded: Recorded) -> dict[str, Any]:
    nobody = Head(
        kind=0,
        from_post="",
        to_posts=(),
        precedence=Precedence.ROUTINE,
        written_ms=0,
        language="",
        agreement_version=0,
    )
    return _message_row(recorded, nobody) | {"effect": "unreadable_head"}


def _clamp(number: int) -> int:
    return min(max(number, -MAX_INTEGER), MAX_INTEGER)
