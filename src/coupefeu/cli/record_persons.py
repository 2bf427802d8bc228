"""Hears every body of a record while `verify --deep` reads it, and judges what persons signed there."""

from collections.abc import Iterator
from typing import Any, Final

from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Head
from coupefeu.model.logs import log_number
from coupefeu.record.agreed import find_agreement
from coupefeu.services.bodies import decode_body
from coupefeu.services.persons.judging import Line
from coupefeu.services.persons.shown import ShownPersons
from coupefeu.services.told_persons import not_proved_of_persons, persons_values, proved_of_persons

LANGUAGE: Final = "en"
"""Of `coupefeu verify`, as of all that is not said to an officer."""


class RecordPersons:
    """What persons signed in one log. Before entry 0 has named the line, or where it does not, nothing is judged."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._persons: ShownPersons | None = None
        self._parties: tuple[str, ...] = ()
        self._log = 0

    def decode(self, index: int, head: Head, body: bytes) -> None:
        """Decode one body, as `audit_record` asks. Raises: PeerError: it cannot be read."""
        if index == 0:
            self._begin(body)
        elif self._persons is not None:
            self._persons.take((self._log, index), head, body)
        decode_body(index, head, body)

    def take(self, entry: int, head: Head, body: bytes | None, agreement: Agreement | None) -> None:
        """Take the one entry of a proof, where the agreement is shown beside it."""
        if agreement is not None:
            self._sit(agreement, self._number(agreement))
        if self._persons is not None:
            self._persons.take((self._log, entry), head, body)

    def _begin(self, body: bytes) -> None:
        finding = find_agreement(body, self._origin)
        if finding.agreement is not None:
            self._sit(finding.agreement, self._number(finding.agreement))

    def _sit(self, agreement: Agreement, log: int) -> None:
        self._parties, self._log = agreement.party_ids, log
        self._persons = ShownPersons(Line(id=agreement.line_id, parties=agreement.party_ids))

    def _number(self, agreement: Agreement) -> int:
        """Say which log it is, by its name: that of a party's first log, or of a later one."""
        line, _, incarnation = self._origin.rpartition("/")
        for position, party in enumerate(agreement.party_ids):
            of_party, _, first = agreement.origin(party).rpartition("/")
            if of_party == line and incarnation.isdecimal():
                return log_number(position, int(incarnation) - int(first) + 1, len(agreement.party_ids))
        return 0

    def proved(self) -> Iterator[str]:
        """Say what holds."""
        if self._persons is not None:
            yield from proved_of_persons(self._persons, self._parties, LANGUAGE)

    def not_proved(self) -> Iterator[str]:
        """Say what does not hold, and what is open."""
        if self._persons is not None:
            yield from not_proved_of_persons(self._persons, self._parties, LANGUAGE)

    def values(self) -> dict[str, Any] | None:
        """Give the same for programs; None: nothing was judged."""
        return None if self._persons is None else persons_values(self._persons, self._parties)
