"""What may be proposed, answered and taken back: we refuse to our own officers what would have no effect.

Refusals carry `services.arranged.<reason>`; the same reasons mark the acts of the other side (fold.py). Three are for
us alone, for they look at our clock or at what a line keeps: `past_window`, `same_offer`, `words_kept_apart`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.services.arranged.acts import Act, Row
from coupefeu.services.arranged.commands import (
    AgreeToCall,
    ArrangeCommand,
    CounterProposal,
    DelegateCall,
    ProposeCall,
    RefuseCall,
    WithdrawProposal,
)
from coupefeu.services.arranged.facts import (
    ArrangeFact,
    RefusalReason,
    Window,
    arranged_defect,
    encode_arranged,
)
from coupefeu.services.arranged.fold import fold, insist_arrangement, judge_proposal
from coupefeu.services.arranged.render import effect_words
from coupefeu.services.arranged.status import ArrangementView, OfferView
from coupefeu.services.arranged.views import NOTHING, row_of, select_proposal, select_steps
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement

_NOT_WRITTEN: Final = (1 << 62) - 1
"""The index of an entry that is only thought of: behind all that is on the record."""


def needs(command: Command) -> tuple[Statement, ...]:
    """Name the rows that `decide` gets: the proposal, and what was done about it."""
    if isinstance(command, ArrangeCommand):
        return (select_proposal(command.arrangement), select_steps(command.arrangement))
    return ()


def decide(command: Command, known: Sequence[Rows], context: Context) -> Draft:
    """Judge a command.

    Raises:
        UsageError: it names what does not exist, or its content breaks its form.
        PolicyError: it would have no effect, a window has passed, or words may not stand on this line.
    """
    if isinstance(command, ProposeCall):
        return _propose(command, context)
    if not isinstance(command, ArrangeCommand):
        raise _unknown(command)
    proposal = insist_arrangement(known[0], command.arrangement, context)
    standing = fold(proposal, known[1], context)
    if standing.effect:
        _refuse(standing.effect, "It has no effect: nothing can be agreed by it. Propose a call anew.")
    kind, fact, offer = _stated(command, standing, context)
    _require_form(kind, fact, context)
    draft = _answer(kind, fact, offer, command, standing, context)
    _require_effect(draft, proposal, known[1], context)
    return draft


def _unknown(command: Command) -> UsageError:
    return UsageError(
        f"{type(command).__name__} is no command of the arranged calls",
        code="services.arranged.unknown_command",
        hint="Check its type.",
    )


def _propose(command: ProposeCall, context: Context) -> Draft:
    fact = ArrangeFact(
        windows=command.windows,
        media=command.media,
        within_s=command.within_s,
        languages=command.languages,
        interpreter=command.interpreter,
        post="" if command.post == command.from_post else command.post,
        words=command.words,
        officer=command.officer,
    )
    _require_form(Kind.ARRANGE_PROPOSED, fact, context)
    _require_future(command.windows, context)
    for post in (command.from_post, command.post or command.from_post, command.to_post):
        context.agreement.post(post)
    draft = _draft(Kind.ARRANGE_PROPOSED, fact, command.from_post, (command.to_post,), (), context)
    reason = judge_proposal(
        Act.of(_imagined(draft, context), context), (command.to_post,), context
    ) or _foreign(command.from_post, context)
    if reason:
        _refuse(reason, _HINTS.get(reason, "docs/spec/arranged.md says who may propose a call to whom."))
    return draft


def _stated(
    command: ArrangeCommand, standing: ArrangementView, context: Context
) -> tuple[Kind, ArrangeFact, MessageId | None]:
    """Give the kind, what the entry says, and the entry of the other side that it answers."""
    theirs = _their_offer(standing, context)
    answered = None if theirs is None else theirs.id
    known = _their_newest(standing, context)
    said = ArrangeFact(words=command.words, officer=command.officer)
    match command:
        case CounterProposal():
            windows = command.windows or _on_the_table(standing, theirs)
            _require_future(windows, context)
            _require_other(command, windows, standing, theirs)
            fact = replace(said, windows=windows, post=command.post, within_s=command.within_s)
            return Kind.ARRANGE_COUNTERED, fact, answered
        case AgreeToCall():
            _require_window(command, standing, context)
            return Kind.ARRANGE_AGREED, replace(said, window=command.window), command.offer or answered
        case RefuseCall():
            _require_reason(command, context)
            return Kind.ARRANGE_REFUSED, replace(said, reason=command.reason), known
        case DelegateCall():
            return Kind.ARRANGE_DELEGATED, replace(said, post=command.post), known
        case WithdrawProposal():
            return Kind.ARRANGE_WITHDRAWN, said, known
        case _:
            raise _unknown(command)


def _their_offer(standing: ArrangementView, context: Context) -> OfferView | None:
    """Find the newest offer of the other side."""
    theirs = [each for each in standing.offers if each.party != context.us]
    return theirs[-1] if theirs else None


def _their_newest(standing: ArrangementView, context: Context) -> MessageId | None:
    """Find the newest entry of the other side about it: what our officer knew stands in our own signature.

    `seen` counts only what came without a gap, and an entry may have overtaken much.
    """
    offers = [each.id for each in standing.offers if each.party != context.us]
    steps = [each.id for each in standing.steps if each.party != context.us]
    return max(offers + steps, default=None)


def _on_the_table(standing: ArrangementView, theirs: OfferView | None) -> tuple[Window, ...]:
    return (standing.offers[-1] if theirs is None else theirs).windows


def _answer(
    kind: Kind,
    fact: ArrangeFact,
    offer: MessageId | None,
    command: ArrangeCommand,
    standing: ArrangementView,
    context: Context,
) -> Draft:
    is_proposer = context.us == standing.proposer
    to_post = standing.to_post if is_proposer else standing.from_post
    references = (standing.id,) if offer is None else (standing.id, offer)
    return _draft(kind, fact, command.from_post, (to_post,), references, context)


def _draft(
    kind: Kind,
    fact: ArrangeFact,
    from_post: str,
    to_posts: tuple[str, ...],
    references: tuple[MessageId, ...],
    context: Context,
) -> Draft:
    return Draft(
        kind=kind,
        from_post=from_post,
        to_posts=to_posts,
        precedence=Precedence.PRIORITY,
        language=context.agreement.party(context.us).language,
        body=encode_arranged(fact),
        references=references,
    )


# --- what is required -------------------------------------------------------------------------------------


def _require_form(kind: Kind, fact: ArrangeFact, context: Context) -> None:
    if reason := arranged_defect(kind, fact):
        raise UsageError(
            f"the form is not right ({effect_words(reason, 'en')})",
            code=f"services.arranged.{reason}",
            hint="docs/spec/arranged.md says what each entry carries.",
        )
    if fact.words and context.agreement.content_age_s is not None:
        _refuse(
            "words_kept_apart",
            "Send them as a message about it: what stands here is never erased, words are.",
        )


def _require_future(windows: Sequence[Window], context: Context) -> None:
    if any(each.end_ms <= context.now.utc_ms for each in windows):
        _refuse("past_window", "Propose times that are still to come, UTC.")


def _require_other(
    command: CounterProposal, windows: Sequence[Window], standing: ArrangementView, theirs: OfferView | None
) -> None:
    """Refuse what is on the table already: to that one agrees."""
    last = standing.offers[-1] if theirs is None else theirs
    is_named = command.post and command.post not in last.speakers
    if tuple(windows) == last.windows and not is_named and command.within_s is None:
        _refuse("same_offer", "Name other times or another post; or agree to one of these.")


def _require_window(command: AgreeToCall, standing: ArrangementView, context: Context) -> None:
    theirs = [each for each in standing.offers if each.party != context.us]
    offer = next((each for each in reversed(theirs) if command.offer in {None, each.id}), None)
    if offer is not None and 0 <= command.window < len(offer.windows):
        _require_future([offer.windows[command.window]], context)


def _require_reason(command: RefuseCall, context: Context) -> None:
    """Insist on words where the reason is another one, and words may stand."""
    may_stand = context.agreement.content_age_s is None
    if command.reason is RefusalReason.OTHER and may_stand and not command.words.strip():
        raise UsageError(
            "the reason is another one, and it is not said which",
            code="services.arranged.missing_words",
            hint="Say it in words.",
        )


def _require_effect(draft: Draft, proposal: Row, steps: Rows, context: Context) -> None:
    """Refuse to ourselves what would have no effect if the other side did it."""
    if reason := _foreign(draft.from_post, context):
        _refuse(reason, _HINTS["foreign_post"])
    imagined = _imagined(draft, context)
    judged = fold(proposal, [*steps, imagined], context)
    effect = next(each.effect for each in judged.steps if each.id == (imagined["log"], imagined["idx"]))
    if effect:
        _refuse(effect, _HINTS.get(effect, "`coupefeu arrange list` shows what is on the table."))


def _imagined(draft: Draft, context: Context) -> Mapping[str, Any]:
    """Give the row that this entry would make: behind all that is held, its author having seen everything."""
    recorded = Recorded(
        log=context.our_log,
        index=_NOT_WRITTEN,
        arrival=0,
        arrived_ms=context.now.utc_ms,
        ours=True,
        head=None,
        body=draft.body,
        leaf_hash=b"",
    )
    head = Head(
        kind=draft.kind,
        from_post=draft.from_post,
        to_posts=draft.to_posts,
        precedence=draft.precedence,
        written_ms=context.now.utc_ms,
        language=draft.language,
        agreement_version=context.agreement_version,
    )
    root, offer = (*draft.references, NOTHING, NOTHING)[:2]
    named = {"root_log": root[0], "root_idx": root[1], "offer_log": offer[0], "offer_idx": offer[1]}
    return {**row_of(recorded, head), **named, "seen": None}


def _foreign(post: str, context: Context) -> str:
    return "" if context.agreement.post(post).party == context.us else "foreign_post"


_HINTS: Final = {
    "foreign_post": "Speak from a post of your own party.",
    "duty_desk": "A duty desk is rung now, always: `coupefeu call`.",
    "not_counterparts": "`coupefeu agreement` lists the pairs of posts that speak with each other.",
    "settled": "Nothing is on the table any more. Propose a call anew.",
    "nothing_to_refuse": "To take your own proposal back: `coupefeu arrange withdraw`.",
    "nothing_to_withdraw": "You were asked: `coupefeu arrange refuse` says no.",
    "no_such_offer": "Agree to times that the other side has put on the table.",
    "post_not_of_arrangement": (
        "The post that was asked answers, one that your side has named in this arrangement, or your duty desk."
    ),
}


def _refuse(reason: str, hint: str) -> NoReturn:
    words = effect_words(reason, "en")
    raise PolicyError(f"{words[0].upper()}{words[1:]}.", code=f"services.arranged.{reason}", hint=hint)
