"""Presence: questions whether a post is there, and what its party's record notes of sightings and claims in public.

In: three commands of officers, PRESENCE ASKED of anyone, NOTE of our own. Out: drafts, rows, and sightings and claims
as they stand. The rule of the room: a claim is kept apart from evidence, is never counted as a contact, and what we
note of the other side goes to nobody.
"""

from collections.abc import Sequence

from coupefeu.errors import UsageError
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.presence import rules, views
from coupefeu.services.presence.facts import KINDS, AskPresence, EnterReport, WithdrawReport
from coupefeu.services.presence.rules import NOTHING, Known


class PresenceService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = (AskPresence, EnterReport, WithdrawReport)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Ask for each report that a command names, and for what took its place."""
        match command:
            case EnterReport():
                named = [each for each in (command.amends, command.claim) if each is not None]
            case WithdrawReport():
                named = [command.withdraws]
            case _:
                named = []
        return tuple(each for name in named for each in (views.select_report(name), views.select_later(name)))

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        pairs = [Known(rows=known[at], later=known[at + 1]) for at in range(0, len(known), 2)]
        match command:
            case AskPresence():
                return (rules.ask(command, context),)
            case EnterReport():
                amended = NOTHING if command.amends is None else pairs[0]
                claim = NOTHING if command.claim is None else pairs[-1]
                return (rules.enter(command, amended, claim, context),)
            case WithdrawReport():
                return (rules.withdraw(command, pairs[0], context),)
            case _:
                raise UsageError(
                    f"{type(command).__name__} is no command of the presence service",
                    code="services.presence.unknown_command",
                    hint="Check its type.",
                )

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)
