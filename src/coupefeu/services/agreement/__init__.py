"""The agreement as entries: entry 0, amendments, key statements. Commands and entries in, drafts and rows out.

The rule of the room: what all have signed is in force from a moment that every side computes alike.
"""

from collections.abc import Sequence
from typing import Final

from coupefeu.services.agreement import rules, views
from coupefeu.services.agreement.facts import (
    KINDS,
    AcceptAmendment,
    OpenLog,
    ProposeAmendment,
    PublishKeys,
    RecordKeyStatement,
    TakeIncarnation,
)
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement

_EVERYTHING: Final = (Statement(views.SELECT_ENTRIES, {}),)


class AgreementService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = KINDS
    commands: tuple[type[Command], ...] = (
        OpenLog,
        ProposeAmendment,
        AcceptAmendment,
        RecordKeyStatement,
        PublishKeys,
        TakeIncarnation,
    )

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Every decision looks at all entries of this service."""
        del command
        return _EVERYTHING

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """Judge a command; raises PolicyError or UsageError `services.agreement.*`."""
        return rules.decide(command, views.read_facts(known[0]), context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """Keep one more entry, with the reason if it has no effect."""
        return views.apply(recorded, context)
