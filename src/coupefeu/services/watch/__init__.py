"""The watch: which post says that somebody sits at its desk, since when, and whether the alarm was heard there.

In: two commands of officers, and WATCH_TAKEN and WATCH_LEFT of anyone. Out: drafts and rows. The rule of the room: a
watch is what a party says of itself; it obliges nobody, and without one every message goes and sounds all the same.
"""

from collections.abc import Sequence

from coupefeu.errors import UsageError
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.watch import rules, views
from coupefeu.services.watch.facts import KINDS, LeaveWatch, TakeWatch


class WatchService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = (TakeWatch, LeaveWatch)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Every decision looks at the newest word of the post that speaks."""
        return (views.select_newest(_own(command).from_post),)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        return (rules.decide(_own(command), known[0], context),)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)


def _own(command: Command) -> TakeWatch | LeaveWatch:
    if isinstance(command, TakeWatch | LeaveWatch):
        return command
    raise UsageError(
        f"{type(command).__name__} is no command of the watch service",
        code="services.watch.unknown_command",
        hint="Check its type.",
    )
