"""Incidents: what each side says happened, side by side, and what was asked, answered and done about it.

In: commands of officers, and entries INCIDENT REPORTED to INCIDENT REOPENED of anyone. Out: drafts and rows, and for
readers `fold`. The rule of the room: only its author changes, closes or opens again its version of an incident; what
is not stated reads as not stated; and who is asked owes an answer, whatever has been closed meanwhile.
"""

from collections.abc import Sequence

from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.incidents import views
from coupefeu.services.incidents.commands import COMMANDS
from coupefeu.services.incidents.facts import KINDS


class IncidentsService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = COMMANDS

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """See `Service.needs`."""
        from coupefeu.services.incidents import rules  # noqa: PLC0415 - a node without incidents starts as fast

        return rules.needs(command)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        from coupefeu.services.incidents import rules  # noqa: PLC0415 - a node without incidents starts as fast

        return (rules.decide(command, known, context),)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`; how an incident stands is judged when it is read."""
        return views.apply(recorded, context)
