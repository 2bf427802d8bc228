"""Persons: passkeys of officers, enrolled for a post and ended, and statements that a person stands by an entry.

In: three commands of officers, and PERSONAL KEY ENROLLED, PERSONAL KEY ENDED and STATEMENT of anyone. Out: drafts and
rows. The rule of the room: an assertion proves that the device verified whoever held the key at that moment; it proves
no name and no freedom of will, and nothing on the line ever waits for one.
"""

from collections.abc import Sequence

from coupefeu.errors import UsageError
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.persons import rules, views
from coupefeu.services.persons.facts import KINDS, EndKey, EnrolKey, MakeStatement, ShowPresence


class PersonsService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = (EnrolKey, EndKey, MakeStatement, ShowPresence)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Ask for a key, what ended it, and who signed the same before."""
        match command:
            case EndKey():
                return views.select_key(command.key), views.select_endings_of(command.key)
            case MakeStatement():
                return (
                    views.select_key(command.key),
                    views.select_endings_of(command.key),
                    views.select_first_of(command.assertion.digest),
                )
            case _:
                return ()

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        match command:
            case EnrolKey():
                return (rules.enrol(command, context),)
            case EndKey():
                return (rules.end(command, known[0], known[1], context),)
            case MakeStatement():
                return (rules.state(command, known[0], known[1], known[2], context),)
            case _:
                raise UsageError(
                    f"{type(command).__name__} is no command of the persons service",
                    code="services.persons.unknown_command",
                    hint="Check its type.",
                )

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)
