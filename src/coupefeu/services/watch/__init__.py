"""The watch: who sits at a desk, since when, whether the alarm was heard there; who relieves him, and who is planned.

In: commands of officers, and WATCH_TAKEN, WATCH_LEFT, WATCH_HANDED_OVER, WATCH_ACCEPTED and ROSTER of anyone. Out:
drafts and rows. The rule of the room: a watch is what a party says of itself; it obliges nobody, and without one every
message goes and sounds all the same.
"""

from collections.abc import Sequence

from coupefeu.errors import UsageError
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.watch import rules, views
from coupefeu.services.watch.facts import (
    KINDS,
    AcceptWatch,
    HandOverWatch,
    LeaveWatch,
    PlanRoster,
    TakeWatch,
    WatchCommand,
)


class WatchService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = (TakeWatch, LeaveWatch, HandOverWatch, AcceptWatch, PlanRoster)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Every decision looks at the newest word of the post that speaks, and at the newest hand-over."""
        post = _own(command).from_post
        return views.select_newest(post), views.select_newest(post, views.HAND_OVER)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        return (rules.decide(_own(command), known[0], known[1], context),)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)


def _own(command: Command) -> WatchCommand:
    if isinstance(command, TakeWatch | LeaveWatch | HandOverWatch | AcceptWatch | PlanRoster):
        return command
    raise UsageError(
        f"{type(command).__name__} is no command of the watch service",
        code="services.watch.unknown_command",
        hint="Check its type.",
    )
