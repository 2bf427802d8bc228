"""Arranged calls: principals agree on a time to speak, or refuse, or say who speaks instead; nobody's telephone rings.

In: commands of officers, and entries ARRANGE_PROPOSED to ARRANGE_WITHDRAWN of anyone. Out: drafts and rows, and for
readers `fold`. The rule of the room: how an arrangement stands is read from what was signed and what each author had
seen, so that both records always say the same; a clock shows that no answer came, and decides nothing.
"""

from collections.abc import Sequence

from coupefeu.services.arranged import rules, views
from coupefeu.services.arranged.commands import COMMANDS
from coupefeu.services.arranged.facts import KINDS
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement


class ArrangedService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = COMMANDS

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """See `Service.needs`."""
        return rules.needs(command)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        return (rules.decide(command, known, context),)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`; how it stands is judged when it is read."""
        return views.apply(recorded, context)
