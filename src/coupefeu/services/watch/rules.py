"""Who may say what of a watch: a post of our own; what is not begun cannot end, and only what is offered is accepted.

    newest word of the post      WATCH_LEFT     WATCH_HANDED_OVER      WATCH_ACCEPTED
    nothing, or left             no_watch       no_watch               no_hand_over
    taken or accepted            good           good                   no_hand_over
    handed over                  good: lapses   good: replaced         good, if it names this one

To take the watch is always possible: somebody sits there, and an offer that was open lapses.
"""

from collections.abc import Mapping
from typing import Final, NoReturn, assert_never

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Draft, Rows
from coupefeu.services.watch.facts import (
    MAX_OFFICER_CHARACTERS,
    AcceptWatch,
    HandOverWatch,
    LeaveWatch,
    PlanRoster,
    TakeWatch,
    WatchCommand,
    WatchFact,
    encode_watch,
    watch_defect,
)
from coupefeu.services.watch.hand_over import (
    MAX_LISTED,
    MAX_REMARKS_CHARACTERS,
    AcceptedFact,
    HandOverFact,
    OpenRow,
    encode_accepted,
    encode_hand_over,
    hand_over_defect,
    read_accepted,
)
from coupefeu.services.watch.roster import (
    MAX_ROSTER_BYTES,
    MAX_SPAN_DAYS,
    MAX_WINDOWS,
    RosterFact,
    encode_roster,
    read_roster,
    roster_defect,
)
from coupefeu.services.watch.views import is_under_way, listed_in, position

_HINTS: Final[Mapping[str, str]] = {
    "long_officer": f"A label has at most {MAX_OFFICER_CHARACTERS} characters that can be printed.",
    "unreadable_body": "Labels and remarks are text without the character NUL.",
    "missing_to": "Name the watch or the office that takes over.",
    "long_remarks": f"Remarks have at most {MAX_REMARKS_CHARACTERS} characters.",
    "bad_list": f"At most {MAX_LISTED} open things are listed; the count is of all of them.",
    "bad_span": f"A roster plans some time, and at most {MAX_SPAN_DAYS} days.",
    "many_windows": f"A roster has at most {MAX_WINDOWS} windows.",
    "missing_officer": "Say for each window who sits at the desk.",
    "broken_minute": "Write whole minutes, UTC.",
    "window_outside": "Each window begins before it ends, within the span of the roster.",
    "windows_unsorted": "Put the windows in the order in which they begin.",
    "long_roster": f"A roster has at most {MAX_ROSTER_BYTES:,} bytes: plan fewer days, or use shorter labels.",
}


def decide(command: WatchCommand, watch: Rows, hand_over: Rows, context: Context) -> Draft:
    """Draft the entry; `watch`, `hand_over`: the newest of each of this post.

    Raises:
        PolicyError: `services.watch.foreign_post`, `no_watch`, `no_hand_over`, `same_officer`, `unseen`, `no_remarks`.
        UsageError: `services.watch.*`, the defects of docs/spec/watch.md, section 5; `model.agreement.*`: no such post.
    """
    if context.agreement.post(command.from_post).party != context.us:
        _refuse(
            "foreign_post", f"{command.from_post} is not a post of ours.", "Name a post of your own party."
        )
    match command:
        case TakeWatch():
            fact = WatchFact(officer=command.officer, heard=command.heard)
            _insist(watch_defect(Kind.WATCH_TAKEN, fact))
            return _draft(Kind.WATCH_TAKEN, command, encode_watch(fact), context)
        case LeaveWatch():
            _need_watch(command.from_post, watch)
            fact = WatchFact(officer=command.officer)
            _insist(watch_defect(Kind.WATCH_LEFT, fact))
            return _draft(Kind.WATCH_LEFT, command, encode_watch(fact), context)
        case HandOverWatch():
            return _hand_over(command, watch, context)
        case AcceptWatch():
            return _accept(command, watch, hand_over, context)
        case PlanRoster():
            return _plan(command, context)
        case _:
            assert_never(command)


def _hand_over(command: HandOverWatch, watch: Rows, context: Context) -> Draft:
    _need_watch(command.from_post, watch)
    if command.remarks and context.agreement.content_age_s is not None:
        _refuse(
            "no_remarks",
            "What is said on this line is erased as agreed, and a hand-over stands for ever.",
            "Tell your successor at the desk.",
        )
    fact = HandOverFact(
        to_officer=command.to_officer,
        rows=tuple(OpenRow(what=int(each.what), due_ms=each.due_ms) for each in command.things),
        count=command.count,
        remarks=command.remarks,
        officer=command.officer,
    )
    _insist(hand_over_defect(fact))
    entries = tuple(each.entry for each in command.things)
    if len(set(entries)) != len(entries):
        _insist("bad_list")
    return _draft(Kind.WATCH_HANDED_OVER, command, encode_hand_over(fact), context, entries)


def _accept(command: AcceptWatch, watch: Rows, hand_over: Rows, context: Context) -> Draft:
    number = format_number(command.hand_over, context.parties)
    if not is_under_way(watch, hand_over) or position(hand_over[0]) != command.hand_over:
        _refuse(
            "no_hand_over",
            f"{number} is no hand-over of {command.from_post} that waits to be accepted.",
            "`coupefeu watch show` says what does; to take the watch is always possible.",
        )
    offered = hand_over[0]
    if command.officer and command.officer == offered["officer"]:
        _refuse(
            "same_officer",
            f"{number} was written under the same label, {command.officer!r}.",
            "Who accepts says so under a label of his own; or take the watch anew.",
        )
    unseen = set(listed_in(offered)) - set(command.seen)
    if unseen:
        named = ", ".join(sorted(format_number(each, context.parties) for each in unseen))
        _refuse("unseen", f"Not everything that {number} lists was looked at: {named}.", "Look at it first.")
    listed = listed_in(offered)
    fact = AcceptedFact(heard=command.heard, seen=len(listed), officer=command.officer)
    body = encode_accepted(fact)
    _insist(read_accepted(body)[1])
    return _draft(Kind.WATCH_ACCEPTED, command, body, context, (command.hand_over,))


def _plan(command: PlanRoster, context: Context) -> Draft:
    fact = RosterFact(
        from_ms=command.from_ms,
        until_ms=command.until_ms,
        windows=command.windows,
        officer=command.officer,
    )
    _insist(roster_defect(fact))
    body = encode_roster(fact)
    _insist(read_roster(body)[1])
    return _draft(Kind.ROSTER, command, body, context)


def _need_watch(post: str, watch: Rows) -> None:
    if not watch or watch[0]["kind"] == Kind.WATCH_LEFT:
        _refuse("no_watch", f"{post} is not on watch.", "`coupefeu status` says who is.")


def _draft(
    kind: Kind,
    command: WatchCommand,
    body: bytes,
    context: Context,
    references: tuple[MessageId, ...] = (),
) -> Draft:
    agreement = context.agreement
    ours = agreement.party(context.us)
    return Draft(
        kind=kind,
        from_post=command.from_post,
        to_posts=tuple(party.duty_desk for party in agreement.parties if party.id != ours.id),
        precedence=Precedence.ROUTINE,
        language=ours.language,
        body=body,
        references=references,
    )


def _insist(defect: str) -> None:
    if defect:
        raise UsageError(
            f"this cannot be said of a watch: {defect.replace('_', ' ')}",
            code=f"services.watch.{defect}",
            hint=_HINTS.get(defect, "See docs/spec/watch.md."),
        )


def _refuse(reason: str, sentence: str, hint: str) -> NoReturn:
    raise PolicyError(sentence, code=f"services.watch.{reason}", hint=hint)
