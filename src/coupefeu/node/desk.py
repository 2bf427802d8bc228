"""What an officer reads: messages with their chains, joined with the receipts that the record holds."""

from collections.abc import Callable
from pathlib import Path

from coupefeu.errors import UsageError
from coupefeu.model.agreement import Agreement
from coupefeu.model.instant import Moment
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.messages import inbox, message_status
from coupefeu.services.messages.status import Evidence, MessageStatus
from coupefeu.services.messages.views import (
    SELECT_FACTS_SINCE,
    SELECT_LATEST_MESSAGES,
    select_facts,
    select_message,
)
from coupefeu.store.reader import Reader


class Desk:
    """The read side of one node; it works on a running node and on a stopped one, and changes neither."""

    def __init__(
        self, record: Path, agreement: Agreement, our_log: int, clock: Callable[[], Moment], *, running: bool
    ) -> None:
        self._reader = Reader(record, running=running)
        self._agreement = agreement
        self._our_log = our_log
        self._clock = clock

    def close(self) -> None:
        """Close the record."""
        self._reader.close()

    def context(self) -> Context:
        """Say by which agreement and clock everything is judged."""
        return Context(
            now=self._clock(),
            our_log=self._our_log,
            parties=self._agreement.party_ids,
            agreement=self._agreement,
            agreement_version=self._agreement.version,
        )

    def inbox(self, limit: int = 100) -> tuple[MessageStatus, ...]:
        """Give the latest messages of both sides, newest arrival first."""
        messages = self._reader.view(SELECT_LATEST_MESSAGES, {"limit": limit})
        if not messages:
            return ()
        oldest = min(row["arrival"] for row in messages)
        acts = self._reader.view(SELECT_FACTS_SINCE, {"arrival": oldest})
        ids = [(row["log"], row["idx"]) for row in messages]
        return inbox(messages, acts, self.context(), {each: self._evidence(each) for each in ids})

    def message(self, number: MessageId) -> MessageStatus:
        """Give one message. Raises: UsageError: it is not on the record here."""
        row = self._rows(select_message(number))
        if not row:
            raise UsageError(
                f"{format_number(number, self._agreement.party_ids)} is no message on the record here",
                code="node.desk.no_message",
                hint="`coupefeu inbox` lists the messages; `coupefeu record` every entry.",
            )
        return message_status(
            row[0], self._rows(select_facts(number)), self.context(), self._evidence(number)
        )

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)

    def _evidence(self, number: MessageId) -> Evidence:
        return Evidence(
            receipts_ms={
                self._agreement.party_ids[holder]: ms for holder, ms in self._reader.receipts(*number).items()
            },
            not_before_ms=self._reader.cosigned_before(*number),
            not_after_ms=self._reader.cosigned_after(*number),
            covered=self._reader.coverage(*number) != "nothing",
        )
