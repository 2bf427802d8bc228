"""Records for tests of the store: one keeper, and lines on which everything has happened."""

from pathlib import Path

from coupefeu.model.instant import Moment
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import METADATA
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import Read, SayAgain, SendLineTest, Take
from coupefeu.store import tables
from coupefeu.store.jobs import KeepAttachment
from coupefeu.store.keeper import Keeper
from coupefeu.testing.author import Author
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.line import make_agreement, make_line

AGREEMENT = make_agreement()
_FIRST = frozenset({
    "alembic_version", "announced", "checkpoints", "cosignatures", "entries", "evidence", "frontiers", "logs",
    "run_receipts", "runs", "views_built",
})  # fmt: skip
TABLES_OF = {"0001": _FIRST, "0002": _FIRST | {"attachments"}}
"""The record's own tables, as an earlier program made them."""


def wind_back(connection, revision: str) -> None:
    """Make a record what it would be if an earlier program had written it."""
    for name in sorted(set(tables.RECORD.tables) - TABLES_OF[revision]):
        connection.query(f"DROP TABLE {name}")
    connection.query("ALTER TABLE logs DROP COLUMN closed_at")
    connection.query("DROP INDEX entries_lacking")
    for name in ("head_salt", "erased_log", "erased"):
        connection.query(f"ALTER TABLE entries DROP COLUMN {name}")
    connection.query("CREATE INDEX entries_withheld ON entries (log, idx) WHERE body IS NULL")
    connection.query(f"UPDATE alembic_version SET version_num = '{revision}'")


def moment(seconds: float = 0) -> Moment:
    """Give the moment so long after the beginning."""
    return Moment(utc_ms=START_UTC_MS + int(seconds * 1000), mono_ms=int(seconds * 1000))


def open_keeper(path: Path, name: str = "us") -> Keeper:
    return Keeper(path, make_line(AGREEMENT, name), SERVICES, AGREEMENT)


def do(keeper: Keeper, *jobs, at: float = 0):
    """Do jobs in one batch; raises what was refused."""
    outcomes = keeper.execute(jobs, moment(at))
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return outcomes[0] if len(outcomes) == 1 else outcomes


def rich_record(path: Path, ours: str) -> Keeper:
    """Give a record to which the other party has sent everything that may be stored."""
    keeper = open_keeper(path, ours)
    author = Author(AGREEMENT, "ru" if ours == "us" else "us")
    author.say("an ordinary message")
    author.say("a text that hides \u202e its direction\x00")
    author.write(author.head(), b"no body of a message")
    author.write(b"no head at all", b"\xff\xfe")
    author.write(author.head(kind=9_000), b"of a newer peer")
    author.write(author.head(kind=(1 << 62)), b"of a far newer peer")
    for kind in range(40):
        author.write(author.head(kind=kind), b"\xa1\x00\x1b" + b"\xff" * 8)
    do(keeper, author.checkpoint(0, 4))
    do(keeper, author.checkpoint(4, author.size, leaf_only={5, 7}), at=1)
    flash = author.say("STOP", Precedence.FLASH)
    author.say("this one is late")
    late = author.say("and this one later", Precedence.FLASH)
    attached = author.attach(b"what it promises", b"and more")
    do(keeper, author.run(late, late + 1, leaf_only={late}), at=2)
    do(keeper, author.run(flash, flash + 1), at=3)
    do(keeper, author.run(late, late + 1), at=4)
    do(keeper, author.checkpoint(5, 8, leaf_only={7}), at=5)
    do(keeper, author.checkpoint(flash + 1, author.size, left_out={late}), at=6)
    do(keeper, KeepAttachment(log=author.log, index=attached, number=1, content=b"and more"), at=7)
    return keeper


def joined_line(folder: Path) -> JoinedNodes:
    """Give a line on which both sides have spoken, acted, and tested the line."""
    nodes = JoinedNodes(folder)
    nodes.connect()
    nodes.run(seconds=1)
    number = nodes.us.say("Our aircraft strayed; it has turned back.", Precedence.FLASH)
    nodes.run(seconds=1)
    desk = AGREEMENT.party("ru").duty_desk
    nodes.ru.act(Take(message=number, from_post=desk))
    nodes.ru.act(Read(message=number, from_post=desk))
    nodes.ru.act(SayAgain(message=number, from_post=desk))
    nodes.ru.act(SendLineTest(template=1))
    nodes.us.act(SendLineTest(template=2))
    for count in range(300):
        nodes.ru.say(f"number {count}")
    nodes.run(seconds=5)
    return nodes


def view_rows(keeper: Keeper) -> dict[str, list[tuple]]:
    """Give every row of every view, sorted."""
    return {
        table.name: sorted(map(repr, keeper.connection.query(f"SELECT * FROM {table.name}")))
        for table in METADATA.sorted_tables
    }
