"""Erasures: whose content is gone, why, and by whose order; the fact stands, the content does not (protocol A17).

In: what `store.erasing` has judged, and ERASED entries of anyone. Out: drafts and rows. The rule of the room: an entry
ERASED of ours empties the rows of what it names in every view; one of another party says what that party erased of its
own copy, and touches nothing of ours.
"""

from collections.abc import Sequence

from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.erasures import rules, views
from coupefeu.services.erasures.facts import RecordErasure


class ErasuresService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset({int(Kind.ERASED)})
    commands: tuple[type[Command], ...] = (RecordErasure,)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Nothing: the store has judged what is erased, from the record itself."""
        del command
        return ()

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """Name what is erased."""
        del known
        if not isinstance(command, RecordErasure):
            raise UsageError(
                f"{type(command).__name__} is no command of the erasures service",
                code="services.erasures.unknown_command",
                hint="Check its type.",
            )
        return rules.decide(command, context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)
