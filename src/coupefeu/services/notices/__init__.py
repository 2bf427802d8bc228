"""Notices: who will be where and when, what the other side says of it, and what became of conflicts.

In: commands of officers, and entries NOTICE_FILED to POSITIONS_READ_BACK and CONFLICT_SETTLED of anyone. Out: drafts
and rows, and for readers `fold`. The rule of the room: only its author changes a notice, so what stands is read from
one log alone; what the other side says is of the version that it names, and counts until more than remarks changes.
"""

from collections.abc import Iterator, Sequence

from coupefeu.model.entry import Kind
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Select, Statement
from coupefeu.services.notices import boxes, conflicts, tables, views
from coupefeu.services.notices.commands import COMMANDS
from coupefeu.services.notices.facts import CLOSINGS, KINDS, VERSIONS
from coupefeu.services.passing.facts import ORDERS

TABLES = (tables.NOTICES, boxes.VOLUMES, conflicts.CONFLICTS)
"""Some of each module that declares views: these are loaded with the service, what judges with the first notice."""


class NoticesService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = COMMANDS
    followed: frozenset[int] = frozenset(
        map(int, VERSIONS | CLOSINGS | ORDERS | {Kind.NOTICE_ANSWERED, Kind.CHECKED_IN, Kind.ERASED})
    )
    """After these another version may stand, or none, or something else is ahead of a movement."""

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """See `Service.needs`."""
        from coupefeu.services.notices import rules  # noqa: PLC0415 - a node without notices starts as fast

        return rules.needs(command)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        from coupefeu.services.notices import rules  # noqa: PLC0415 - a node without notices starts as fast

        return rules.decide(command, known, context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`; how a notice stands is judged when it is read."""
        return views.apply(recorded, context)

    def complete(self, drafts: tuple[Draft, ...], context: Context, select: Select) -> tuple[Draft, ...]:
        """See `Follower.complete`: a version names what it conflicts with."""
        from coupefeu.services.notices import naming  # noqa: PLC0415 - a node without notices starts as fast

        return naming.complete(drafts, context, select)

    def follow(self, recorded: Recorded, context: Context, select: Select) -> Iterator[Statement]:
        """See `Follower.follow`: what stands in the index, and what conflicts."""
        from coupefeu.services.notices import indexing  # noqa: PLC0415 - a node without notices starts as fast

        return indexing.follow(recorded, context, select)
