"""Passing down: who below the desk has a notice and how that is known, STOP and RESUMED, a movement on its way.

In: commands of officers, and entries NOTICE_STOPPED to CHECKED_IN of anyone. Out: drafts and rows, and for readers
`fold`. The rule of the room: *acknowledged by the unit itself* and *reported by the desk, by voice* never look alike;
what nobody acknowledged is a gap, and is listed. What a notice says, this service does not know: it is told.
"""

from collections.abc import Sequence

from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.passing import views
from coupefeu.services.passing.commands import COMMANDS
from coupefeu.services.passing.facts import KINDS


class PassingService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = COMMANDS

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """See `Service.needs`."""
        from coupefeu.services.passing import rules  # noqa: PLC0415 - a node without notices starts as fast

        return rules.needs(command)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        from coupefeu.services.passing import rules  # noqa: PLC0415 - a node without notices starts as fast

        return (rules.decide(command, known[0] if known else (), context),)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`; what it means is judged when it is read."""
        return views.apply(recorded, context)
