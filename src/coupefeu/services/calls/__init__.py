"""Calls: they ring, are answered or refused, and both records say which.

In: commands of officers and of each node, and entries of the kinds CALL PLACED to CALL WORDS of anyone. Out: drafts,
rows, and for readers `fold`. The rule of the room: the outcome of an attempt is a function of the two signed logs,
never of clocks or of what arrived first.
"""

from collections.abc import Sequence

from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.calls import rules, views
from coupefeu.services.calls.commands import COMMANDS
from coupefeu.services.calls.facts import KINDS


class CallsService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = COMMANDS

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Look at each call that is named, and at what was done about it."""
        return rules.needs(command)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        return rules.decide(command, known, context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)
