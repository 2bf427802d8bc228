"""The communique: what one side proposes to show to anybody, and what the other side answers.

In: two commands of officers, and COMMUNIQUE PROPOSED, CONSENTED and REFUSED of anyone. Out: drafts and rows. The rule
of the room: consent is to a selection, never to a file, and without it a communique is one-sided and says so.
"""

from collections.abc import Sequence

from coupefeu.errors import UsageError
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.communique import rules, views
from coupefeu.services.communique.facts import KINDS, AnswerCommunique, ProposeCommunique


class CommuniqueService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = (ProposeCommunique, AnswerCommunique)

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Look, for an answer, at its proposal, and at what was answered before."""
        if isinstance(command, AnswerCommunique):
            return views.select_proposal(command.proposal), views.select_answers(command.proposal)
        return ()

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        match command:
            case ProposeCommunique():
                return (rules.propose(command, context),)
            case AnswerCommunique():
                return (rules.answer(command, known[0], known[1], context),)
        raise UsageError(
            f"{type(command).__name__} is no command of the communique service",
            code="services.communique.unknown_command",
            hint="Check its type.",
        )

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`."""
        return views.apply(recorded, context)
