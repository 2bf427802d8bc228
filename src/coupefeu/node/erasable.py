"""What an order to erase would take, before it is given: how much, and whether it may be given at all."""

from dataclasses import dataclass

from coupefeu.errors import PolicyError
from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.services.base import Rows, Statement
from coupefeu.store.erasing import judge_order
from coupefeu.store.exchange import find_exchange
from coupefeu.store.line import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasable:
    """How many entries and attachments would lose their content."""

    entries: int
    attachments: int


NOTHING = Erasable(entries=0, attachments=0)


def look_at(desk: Desk, parties: tuple[Party, ...], message: MessageId, *, again: bool = False) -> Erasable:
    """Look at the exchange of a message.

    `again`: after a part was erased, nothing left is no refusal.

    Raises: UsageError, PolicyError: it may not be erased, and why.
    """
    reader, context = desk.reader, desk.context()

    def select(statement: Statement) -> Rows:
        return reader.view(statement.executable, statement.parameters)

    exchange = find_exchange(select, message)
    try:
        judge_order(select, parties, context.our_log, exchange, message, context)
    except PolicyError as refused:
        if again and refused.code == "services.erasures.nothing":
            return NOTHING
        raise
    attachments = sum(len(reader.held_attachments(*each.id)) for each in exchange.content)
    return Erasable(entries=len(exchange.content), attachments=attachments)
