"""Who may say what of an incident: a post of our own, of a version that is ours, of a request that was put to us.

Refusals carry `services.incidents.<reason>`; most of the same reasons mark the entries of the other side (`fold.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import IncidentState, QueryKind, ReplyField
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command, Context, Draft, Rows, Statement
from coupefeu.services.incidents.commands import (
    AmendIncident,
    CloseIncident,
    FollowIncident,
    IncidentCommand,
    PairIncident,
    QueryIncident,
    ReopenIncident,
    ReplyToQuery,
    ReportIncident,
    VersionCommand,
)
from coupefeu.services.incidents.facts import (
    TEXTS,
    IncidentActFact,
    IncidentFact,
    body_defect,
    encode_incident,
    encode_incident_act,
)
from coupefeu.services.incidents.fold import fold
from coupefeu.services.incidents.limits import (
    MAX_ACKNOWLEDGEMENTS,
    MAX_FIELD_CHARACTERS,
    MAX_OFFICER_CHARACTERS,
    MAX_WORDS_CHARACTERS,
)
from coupefeu.services.incidents.status import IncidentView, QueryView
from coupefeu.services.incidents.views import select_acts
from coupefeu.words import say

MAX_HELD: Final = 32
"""So many acknowledgements one version names; how many there are it says beside."""
_STATED: Final = (
    "form", "when_ms", "is_about", "position", "uncertainty_m", "altitude", "is_coordinated", "acknowledgements",
    *(name for name, _ in TEXTS),
)  # fmt: skip


def needs(command: Command) -> tuple[Statement, ...]:
    """Name the rows that `decide` gets: the entries about the incident, and about the other of a pair."""
    match command:
        case PairIncident():
            return select_acts(command.incident), select_acts(command.other)
        case AmendIncident() | IncidentCommand():
            return (select_acts(command.incident),)
        case _:
            return ()


def decide(command: Command, known: Sequence[Rows], context: Context) -> Draft:
    """Judge a command.

    Raises:
        UsageError: it names what there is not, or its content breaks its form.
        PolicyError: `services.incidents.foreign_post`, `foreign_incident`, `own_with_own`, `own_query`, `not_asked`,
            `already_closed`, `not_closed`.
    """
    if not isinstance(command, VersionCommand | IncidentCommand):
        raise _unknown(command)
    if context.agreement.post(command.from_post).party != context.us:
        _refuse("foreign_post", "Speak from a post of your own party.")
    match command:
        case ReportIncident():
            return _version(Kind.INCIDENT_REPORTED, command, (), context)
        case AmendIncident():
            _insist_ours(_view(command.incident, known[0], context))
            return _version(Kind.INCIDENT_AMENDED, command, (command.incident,), context)
        case IncidentCommand():
            return _act(command, _view(command.incident, known[0], context), known, context)
        case _:
            raise _unknown(command)


def _unknown(command: Command) -> UsageError:
    return UsageError(
        f"{type(command).__name__} is no command of the incidents service",
        code="services.incidents.unknown_command",
        hint="Check its type.",
    )


def _version(kind: Kind, command: VersionCommand, about: tuple[MessageId, ...], context: Context) -> Draft:
    if command.held and (command.notice is None or len(command.held) > MAX_HELD):
        raise UsageError(
            f"{len(command.held)} acknowledgements are named of {'one' if command.notice else 'no'} notice",
            code="services.incidents.bad_held",
            hint=f"Name the notice, and at most {MAX_HELD} acknowledgements of it.",
        )
    fact = IncidentFact(**{name: getattr(command, name) for name in _STATED})
    notice = () if command.notice is None else (command.notice,)
    return _draft(
        kind,
        command.from_post,
        encode_incident(fact),
        (*about, *notice, *command.held),
        context,
        to_posts=_addressees(command, context),
        precedence=command.precedence,
    )


def _addressees(command: VersionCommand, context: Context) -> tuple[str, ...]:
    """Give whom a version goes to: of the posts named those of the others, none: every other desk."""
    named = [context.agreement.post(each) for each in command.to_posts]
    others = tuple(dict.fromkeys(each.id for each in named if each.party != context.us))
    if command.to_posts and not others:
        _refuse("nobody_addressed", "Address a post of the other side.")
    return others


def _act(command: IncidentCommand, view: IncidentView, known: Sequence[Rows], context: Context) -> Draft:
    match command:
        case PairIncident():
            _insist_ours(view)
            if _view(command.other, known[1], context).ours:
                _refuse("own_with_own", "Name an incident that the other side reported.")
            said = IncidentActFact(is_same=command.is_same)
            return _drafted(Kind.INCIDENT_PAIRED, command, said, context, command.other)
        case QueryIncident():
            return _query(command, view, context)
        case ReplyToQuery():
            return _reply(command, view, context)
        case FollowIncident():
            about = () if command.query is None else (_query_of(command.query, view, context).id,)
            said = IncidentActFact(step=command.step, at_ms=command.at_ms)
            return _drafted(Kind.INCIDENT_FOLLOWED, command, said, context, *about)
        case CloseIncident() | ReopenIncident():
            return _turn(command, view, context)
        case _:
            raise _unknown(command)


def _turn(command: CloseIncident | ReopenIncident, view: IncidentView, context: Context) -> Draft:
    """Close a version of ours, or open it again."""
    _insist_ours(view)
    is_closed = view.state is IncidentState.CLOSED
    if isinstance(command, CloseIncident):
        if is_closed:
            _refuse("already_closed", "`coupefeu incident reopen` opens it again.")
        said = IncidentActFact(closure=command.closure)
        return _drafted(Kind.INCIDENT_CLOSED, command, said, context)
    if not is_closed:
        _refuse("not_closed", "Say what is new as a follow-up.")
    return _drafted(Kind.INCIDENT_REOPENED, command, IncidentActFact(), context)


def _query(command: QueryIncident, view: IncidentView, context: Context) -> Draft:
    of = command.of or (view.party if not view.ours else _only_other(context))
    if of == context.us:
        _refuse("own_query", "Ask the other side.")
    asked = context.agreement.party(of)
    about = () if command.query is None else (_query_of(command.query, view, context).id,)
    if command.asks is QueryKind.EXPLANATION and about:
        raise UsageError(
            "a request for an explanation is about an incident, not about a request",
            code="services.incidents.unexpected_query",
            hint="Ask for a meeting about a request that was not answered, or not enough.",
        )
    said = IncidentActFact(asks=command.asks, at_ms=command.at_ms)
    return _drafted(Kind.INCIDENT_QUERIED, command, said, context, *about, to=(asked.duty_desk,))


def _reply(command: ReplyToQuery, view: IncidentView, context: Context) -> Draft:
    query = _query_of(command.query, view, context)
    if query.ours:
        _refuse("own_query", "The other side answers it.")
    if query.of != context.us:
        _refuse("not_asked", f"{query.of.upper()} was asked.")
    said = IncidentActFact(
        fields=MappingProxyType(_stated_fields(command)),
        end_ms=command.end_ms,
        is_accepted=command.is_accepted,
        at_ms=command.at_ms,
    )
    return _drafted(Kind.INCIDENT_REPLIED, command, said, context, command.query)


def _only_other(context: Context) -> str:
    others = [each for each in context.parties if each != context.us]
    if len(others) == 1:
        return others[0]
    raise UsageError(
        "it is not said which party is asked",
        code="services.incidents.missing_party",
        hint=f"Name one of {', '.join(others)}.",
    )


def _stated_fields(command: ReplyToQuery) -> dict[int, str]:
    texts = {each: getattr(command, each.name.lower()) for each in ReplyField}
    return {int(each): text for each, text in texts.items() if text}


def _view(incident: MessageId, rows: Rows, context: Context) -> IncidentView:
    if not any((row["log"], row["idx"]) == incident for row in rows):
        raise UsageError(
            f"{format_number(incident, context.parties)} is no incident on the record here",
            code="services.incidents.unknown_incident",
            hint="`coupefeu incident list` gives their numbers.",
        )
    return fold(rows, incident, context)


def _query_of(query: MessageId, view: IncidentView, context: Context) -> QueryView:
    for each in view.queries:
        if each.id == query:
            return each
    raise UsageError(
        f"{format_number(query, context.parties)} is no request about {view.number}",
        code="services.incidents.no_such_query",
        hint=f"`coupefeu incident show {view.number}` lists them.",
    )


def _insist_ours(view: IncidentView) -> None:
    if not view.ours:
        _refuse("foreign_incident", "Report your own version, and compare the two.")


def _drafted(
    kind: Kind,
    command: IncidentCommand,
    said: IncidentActFact,
    context: Context,
    *beside: MessageId,
    to: tuple[str, ...] = (),
) -> Draft:
    body = encode_incident_act(replace(said, words=command.words, officer=command.officer))
    return _draft(kind, command.from_post, body, (command.incident, *beside), context, to_posts=to)


def _draft(
    kind: Kind,
    from_post: str,
    body: bytes,
    references: tuple[MessageId, ...],
    context: Context,
    *,
    to_posts: tuple[str, ...] = (),
    precedence: Precedence = Precedence.PRIORITY,
) -> Draft:
    _insist(body_defect(kind, body))
    ours = context.agreement.party(context.us)
    desks = tuple(each.duty_desk for each in context.agreement.parties if each.id != ours.id)
    return Draft(
        kind=kind,
        from_post=from_post,
        to_posts=to_posts or desks,
        precedence=precedence,
        language=ours.language,
        body=body,
        references=references,
    )


_HINTS: Final = {
    "bad_time": "Give the beginning, then the end, in UTC, before the year 10000.",
    "bad_about": "Give the time, or leave it out.",
    "bad_uncertainty": "Give the position that it is around, in whole metres up to 10,000 km.",
    "bad_altitude": "A flight level has no datum; an altitude in m or ft has AMSL, HAE or AGL.",
    "bad_acknowledgements": f"At most {MAX_ACKNOWLEDGEMENTS:,}.",
    "long_field": f"At most {MAX_FIELD_CHARACTERS} characters in each field.",
    "long_words": f"At most {MAX_WORDS_CHARACTERS:,} characters.",
    "long_officer": f"At most {MAX_OFFICER_CHARACTERS} characters.",
    "missing_words": "Say it in words.",
    "unexpected_time": "Only a meeting has a time.",
}


def _insist(defect: str) -> None:
    if defect:
        raise UsageError(
            f"this cannot be said of an incident ({effect_words(defect, 'en')})",
            code=f"services.incidents.{defect}",
            hint=_HINTS.get(defect, "docs/spec/incidents.md says what each entry carries."),
        )


def effect_words(reason: str, language: str) -> str:
    """Say why an entry has no effect."""
    return say(f"incident-effect-{reason.replace('_', '-')}", language)


def _refuse(reason: str, hint: str) -> NoReturn:
    words = effect_words(reason, "en")
    raise PolicyError(f"{words[0].upper()}{words[1:]}.", code=f"services.incidents.{reason}", hint=hint)
