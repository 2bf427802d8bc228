"""The state of the line as its parties declare it, apart from what the machines see.

In: a command of officers, and entries LINE STATE of anyone. Out: drafts and rows, and for readers `fold`. The rule of
the room: a party speaks for itself alone; the line is as the gravest of their declarations says, and each says whose.
"""

from collections.abc import Sequence

from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Select, Statement
from coupefeu.services.line_state import rules, views
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.line_state.facts import KINDS
from coupefeu.services.line_state.passing import GUARDED, passes


class LineStateService:
    """The service object; see `coupefeu.services.base.Service`."""

    kinds: frozenset[int] = frozenset(map(int, KINDS))
    commands: tuple[type[Command], ...] = (DeclareLineState,)

    guarded: frozenset[int] = frozenset(map(int, GUARDED))

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Ask for what each party has declared."""
        return (views.select_declared(),) if isinstance(command, DeclareLineState) else ()

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """See `Service.decide`."""
        return (rules.decide(command, known[0] if known else (), context),)

    def insist(self, draft: Draft, context: Context, select: Select) -> None:
        """See `Guard.insist`: what the agreement does not let pass on a suspended line is refused."""
        if not passes(draft.kind, draft.precedence, context.agreement.line_state):
            rules.insist_open(draft, select(views.select_declared(context.now.utc_ms)), context)

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """See `Service.apply`; what stands is judged when it is read."""
        return views.apply(recorded, context)
