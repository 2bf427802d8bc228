"""Who may say that a watch begins or ends: a post of our own; what is not begun cannot end."""

from typing import NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Draft, Rows
from coupefeu.services.watch.facts import (
    MAX_OFFICER_CHARACTERS,
    LeaveWatch,
    TakeWatch,
    WatchFact,
    encode_watch,
    watch_defect,
)


def decide(command: TakeWatch | LeaveWatch, known: Rows, context: Context) -> Draft:
    """Draft the entry; a watch that is taken again begins anew.

    Raises:
        PolicyError: `services.watch.foreign_post`, `services.watch.no_watch`.
        UsageError: `services.watch.long_officer`, `services.watch.unreadable_body`; `model.agreement.*`: no such post.
    """
    if context.agreement.post(command.from_post).party != context.us:
        _refuse(
            "foreign_post", f"{command.from_post} is not a post of ours.", "Name a post of your own party."
        )
    if isinstance(command, TakeWatch):
        return _draft(
            Kind.WATCH_TAKEN, command, WatchFact(officer=command.officer, heard=command.heard), context
        )
    if not known or known[0]["kind"] != Kind.WATCH_TAKEN:
        _refuse("no_watch", f"{command.from_post} is not on watch.", "`coupefeu status` says who is.")
    return _draft(Kind.WATCH_LEFT, command, WatchFact(officer=command.officer), context)


def _draft(kind: Kind, command: TakeWatch | LeaveWatch, fact: WatchFact, context: Context) -> Draft:
    if defect := watch_defect(kind, fact):
        raise UsageError(
            f"the label beside the post is not right ({len(fact.officer)} characters)",
            code=f"services.watch.{defect}",
            hint=f"At most {MAX_OFFICER_CHARACTERS} characters that can be printed.",
        )
    agreement = context.agreement
    ours = agreement.party(context.us)
    return Draft(
        kind=kind,
        from_post=command.from_post,
        to_posts=tuple(party.duty_desk for party in agreement.parties if party.id != ours.id),
        precedence=Precedence.ROUTINE,
        language=ours.language,
        body=encode_watch(fact),
    )


def _refuse(reason: str, sentence: str, hint: str) -> NoReturn:
    raise PolicyError(sentence, code=f"services.watch.{reason}", hint=hint)
