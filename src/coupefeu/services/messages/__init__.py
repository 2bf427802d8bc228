"""Messages: what is said on the line, and the chain of acts that shows what became of it.

In: commands and recorded entries of the kinds MESSAGE to CONTACT_CONFIRMED and LINE_TEST(_ANSWER). Out: drafts,
statements, and for readers `inbox` and `message_status`. The one rule: an entry is stored whatever it says; the
rules judge whether it has effect, and the view says why not.
"""

from collections.abc import Sequence

from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Service, Statement
from coupefeu.services.messages import rules, views
from coupefeu.services.messages.chain import inbox, message_status
from coupefeu.services.messages.commands import COMMANDS
from coupefeu.services.messages.render import render_message

__all__ = ["SERVICE", "MessagesService", "inbox", "message_status", "render_message"]


class MessagesService:
    """The messages service; it has no state."""

    kinds: frozenset[int] = views.KINDS
    commands: tuple[type[Command], ...] = COMMANDS

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """See `Service.needs`."""
        return rules.needs(command)

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        return rules.decide(command, known, context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`; what depends on the agreement is judged when it is read."""
        return views.apply(recorded, context)


SERVICE: Service = MessagesService()
