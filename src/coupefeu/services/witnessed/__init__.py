"""A node's own word that a neutral witness has fallen silent, or is heard again (docs/spec/firebreak.md).

In: the command of the node's own duty, and WITNESS_HEARD of anyone. Out: drafts and rows. The rule of the room: it is
a fact about machines, as the node that writes it sees it, and it is written only when it changes.
"""

from collections.abc import Sequence

from coupefeu.errors import UsageError
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.witnessed import views
from coupefeu.services.witnessed.facts import KINDS, TellWitness
from coupefeu.services.witnessed.rules import decide


class WitnessedService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = (TellWitness,)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Every decision looks at what we said of this witness last."""
        return (views.select_our_newest(_own(command).name),)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        return decide(_own(command), known[0], context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)


def _own(command: Command) -> TellWitness:
    if isinstance(command, TellWitness):
        return command
    raise UsageError(
        f"{type(command).__name__} is no command of the witnessed service",
        code="services.witnessed.unknown_command",
        hint="Check its type.",
    )
