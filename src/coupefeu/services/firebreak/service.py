"""The firebreak as a service: it has no entries of its own, and marks what those of all others mean for contact."""

from collections.abc import Iterator, Sequence

from coupefeu.errors import UsageError
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Select, Statement
from coupefeu.services.firebreak.awaited import mark_answers, mark_arranged
from coupefeu.services.firebreak.contacts import mark_calls, mark_presence
from coupefeu.services.firebreak.ledger import mark_incidents
from coupefeu.services.firebreak.regular import count_times
from coupefeu.services.firebreak.stands import mark_states, mark_watches, mark_witnesses
from coupefeu.services.firebreak.steps import forget_erased, mark_messages
from coupefeu.services.firebreak.tables import entry_at
from coupefeu.services.firebreak.touched import Touched
from coupefeu.services.firebreak.units import mark_units


class FirebreakService:
    """The service object; see `coupefeu.services.base.Service` and `Concluder`."""

    kinds: frozenset[int] = frozenset()
    commands: tuple[type[Command], ...] = ()

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """See `Service.needs`: nobody asks anything of it."""
        raise _unknown(command)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`: nobody asks anything of it."""
        del known, context
        raise _unknown(command)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`: no kind is its own."""
        del recorded, context
        return ()

    def conclude(self, shown: Sequence[Recorded], context: Context, select: Select) -> Iterator[Statement]:
        """See `Concluder.conclude`: when entries count, and what they mark."""
        moved = yield from count_times(shown, context, select)
        touched = Touched()
        for each in shown:
            touched.take(each, select)
        count = len(context.parties)
        touched.take_moved([entry_at(*key, count) for key in moved], select)
        yield from mark_messages(touched.messages, touched.acts, touched.moved, context, select)
        for range_ in touched.erased:
            yield from forget_erased(range_, context, select)
        yield from mark_calls(touched.calls, context, select)
        yield from mark_presence(touched.questions, context, select)
        yield from mark_arranged(touched.arranged, context, select)
        yield from mark_answers(touched.notices, context, select)
        yield from mark_units(touched.notices | touched.units, context, select)
        yield from mark_watches(touched.watches, context, select)
        yield from mark_witnesses(touched.witnessed, context, select)
        yield from mark_states(touched.states, context, select)
        yield from mark_incidents(touched.incidents, context, select)


def _unknown(command: Command) -> UsageError:
    return UsageError(
        f"{type(command).__name__} is no command of the firebreak: it is read, and told nothing",
        code="services.firebreak.unknown_command",
        hint="Check its type.",
    )
