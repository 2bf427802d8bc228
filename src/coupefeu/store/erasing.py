"""Whether content may be erased, and the order of an officer to do so; the entry ERASED then erases (`erased.py`).

may not go    what governs the line; what still sounds; what the other side has not signed for yet
"""

from collections.abc import Mapping

from sqlalchemy import bindparam, func, select

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.erasure import Why
from coupefeu.model.logs import position_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Command, Context, Service, Statement
from coupefeu.services.erasures.facts import MAX_RANGES, EraseContent, Erasure, RecordErasure
from coupefeu.services.erasures.rules import check_order
from coupefeu.services.messages import message_status
from coupefeu.services.messages.views import select_facts, select_message
from coupefeu.services.notices.tables import select_in_force
from coupefeu.store import tables
from coupefeu.store.append import act
from coupefeu.store.erased import ranges_of_entries
from coupefeu.store.exchange import MAX_ENTRIES, Exchange, Member, Select, find_exchange
from coupefeu.store.jobs import Acted
from coupefeu.store.line import Party
from coupefeu.store.transaction import Transaction
from coupefeu.wire.key_statement import KeyRole

_COSIGNED = select(func.max(tables.cosignatures.c.size).label("size")).where(
    tables.cosignatures.c.log == bindparam("log"), tables.cosignatures.c.holder == bindparam("holder")
)
_RECEIPTED = (
    select(tables.run_receipts.c.start)
    .where(
        tables.run_receipts.c.log == bindparam("log"),
        tables.run_receipts.c.holder == bindparam("holder"),
        tables.run_receipts.c.start <= bindparam("idx"),
        tables.run_receipts.c.end > bindparam("idx"),
    )
    .limit(1)
)


class Receipts:
    """Which entries of ours another party has not signed for: the link still owes it their content."""

    def __init__(self, select_rows: Select, parties: tuple[Party, ...], our_log: int) -> None:
        self._select = select_rows
        self._our_log = our_log
        us = position_of(our_log, len(parties))
        holders = [each for each, party in enumerate(parties) if not party.is_revoked(KeyRole.COSIGNER)]
        self._cosigned = {each: self._size(each) for each in holders if each != us}

    def owed(self, member: Member) -> tuple[int, ...]:
        """Give the parties, by number, that the link owes an entry of the log that we write now; of others none."""
        if member.log != self._our_log:
            return ()
        behind = (holder for holder, size in self._cosigned.items() if member.index >= size)
        return tuple(holder for holder in behind if not self._is_receipted(holder, member.index))

    def _size(self, holder: int) -> int:
        (row,) = self._select(Statement(_COSIGNED, {"log": self._our_log, "holder": holder}))
        return int(row["size"] or 0)

    def _is_receipted(self, holder: int, index: int) -> bool:
        at = {"log": self._our_log, "holder": holder, "idx": index}
        return bool(self._select(Statement(_RECEIPTED, at)))


def sounding(select_rows: Select, exchange: Exchange, context: Context) -> MessageId | None:
    """Name a message of an exchange that may sound now; None: none does."""
    return next((each.id for each in exchange.members if _sounds(select_rows, each.id, context)), None)


def _sounds(select_rows: Select, message: MessageId, context: Context) -> bool:
    for row in select_rows(select_message(message)):
        return message_status(row, select_rows(select_facts(message)), context).sounds
    return False


def erase_on_order(
    transaction: Transaction, services: Mapping[type[Command], Service], command: EraseContent
) -> Acted:
    """Erase the exchange that begins with a message, at most 1,024 entries of it; what is left is asked for again.

    Raises: UsageError, PolicyError: it may not be erased, and why; nothing was written.
    """
    context = transaction.context
    check_order(command, context)
    exchange = find_exchange(transaction.select, command.message)
    judge_order(
        transaction.select,
        transaction.line.parties,
        transaction.line.our_log,
        exchange,
        command.message,
        context,
    )
    erasure = Erasure(
        why=Why.ORDER,
        ranges=ranges_of_entries(each.id for each in exchange.content[:MAX_ENTRIES])[:MAX_RANGES],
        post=command.from_post,
        reason=command.reason,
        about=(exchange.root,),
    )
    return act(transaction, services, RecordErasure(erasures=(erasure,)))


def judge_order(
    select_rows: Select,
    parties: tuple[Party, ...],
    our_log: int,
    exchange: Exchange,
    message: MessageId,
    context: Context,
) -> None:
    """Return if the content of this exchange may be erased now. Raises: UsageError, PolicyError."""
    number = format_number(message, context.parties)
    _insist_whole(exchange, message, number, context)
    if not exchange.content:
        raise PolicyError(
            f"{number} has no content here that may be erased",
            code="services.erasures.nothing",
            hint="It is erased already, its content never came, or it is of a kind that stands for ever "
            "(docs/spec/erasure.md).",
        )
    sounds = sounding(select_rows, exchange, context)
    if sounds is not None:
        raise PolicyError(
            f"{format_number(sounds, context.parties)} still sounds: somebody must act on it first",
            code="services.erasures.sounds",
            hint="Take it, give its outcome, or have it cancelled; then erase.",
        )
    if select_rows(select_in_force(exchange.root, context.now.utc_ms)):
        raise PolicyError(
            f"{number} is a notice in force: both sides keep apart by it",
            code="services.erasures.in_force",
            hint="Have it withdrawn or completed by who filed it, or wait until its last window has passed.",
        )
    receipts = Receipts(select_rows, parties, our_log)
    for member in exchange.content:
        if owed := receipts.owed(member):
            names = ", ".join(context.parties[each].upper() for each in owed)
            raise PolicyError(
                f"{names} has not signed for {format_number(member.id, context.parties)} yet: the line owes it",
                code="services.erasures.owed",
                hint="Wait until it is ON THEIR RECORD. What was said cannot be unsaid by erasing it.",
            )


def _insist_whole(exchange: Exchange, message: MessageId, number: str, context: Context) -> None:
    if not exchange.members:
        raise UsageError(
            f"{number} is not on the record here",
            code="services.erasures.unknown",
            hint="`coupefeu record` lists what is held.",
        )
    if exchange.root != message:
        root = format_number(exchange.root, context.parties)
        raise PolicyError(
            f"{number} belongs to {root}, and is erased with it",
            code="services.erasures.part_of",
            hint=f"Erase {root}: everything that was said and done about it goes as one.",
        )
