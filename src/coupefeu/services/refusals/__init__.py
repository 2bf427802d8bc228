"""Refusals: what of another log did not come whole in the agreed time, named in our own (protocol A7).

In: the command of the node's own duty, and REFUSED entries of anyone. Out: drafts and rows. The rule of the room: a
refusal names what a machine lacks; it never judges what an entry says.
"""

from collections.abc import Sequence
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.refusals import rules, views
from coupefeu.services.refusals.facts import RefuseEntries

_KNOWN: Final = (Statement(views.SELECT_OUR_REFUSALS, {}),)


class RefusalsService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset({int(Kind.REFUSED)})
    commands: tuple[type[Command], ...] = (RefuseEntries,)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Every decision looks at what we named before; what others named may be any number."""
        del command
        return _KNOWN

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """Name what was not named before."""
        if not isinstance(command, RefuseEntries):
            raise UsageError(
                f"{type(command).__name__} is no command of the refusals service",
                code="services.refusals.unknown_command",
            )
        return rules.decide(command, known[0], context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)
