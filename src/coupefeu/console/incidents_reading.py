"""An incident as it is typed becomes a command: each field is read by itself, and what is wrong with one is named."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from coupefeu.console.acting import one_of
from coupefeu.console.incidents_requests import IncidentActName, IncidentActRequest, IncidentDraft
from coupefeu.console.notices_reading import read_altitude_draft
from coupefeu.console.notices_values import AltitudeLimit
from coupefeu.console.sessions import Session
from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, QueryKind
from coupefeu.model.instant import parse_instant
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.precedence import Precedence
from coupefeu.model.volumes import Altitude
from coupefeu.node.desk import Desk
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
)
from coupefeu.wire.positions import read_position
from coupefeu.wire.quantities import read_length_dm

Read = TypeVar("Read")

MAX_HELD: Final = 64
"""Acknowledgements of a notice that a report names; the rest is counted."""
_YES_NO: Final = {"": None, "yes": True, "no": False}
_TEXTS: Final = (
    "place",
    "our_platform",
    "other_platform",
    "forces",
    "damage",
    "casualties",
    "measures",
    "contact_point",
    "provision",
    "words",
)


def version_command(
    look: Desk, draft: IncidentDraft, session: Session, now_ms: int, language: str
) -> ReportIncident | AmendIncident:
    """Read a version. Raises: UsageError `console.incidents.*`, naming the field and what was seen."""
    parties = look.context().parties
    stated: dict[str, Any] = {name: getattr(draft, name).strip() for name in _TEXTS}
    stated |= _notice(look, draft, parties)
    values = {
        "form": one_of(IncidentForm, draft.form, "form"),
        "precedence": one_of(Precedence, draft.precedence, "precedence"),
        "from_post": session.post,
        "officer": session.officer,
        "to_posts": draft.to_posts,
        "when_ms": _when(draft, now_ms),
        "is_about": draft.about and bool(draft.start.strip()),
        "position": _field("position", draft.position, lambda text: read_position(text, language=language).position),
        "uncertainty_m": _field("uncertainty", draft.uncertainty, lambda text: -(-read_length_dm(text) // 10)),
        "altitude": _altitude(draft),
        "is_coordinated": _YES_NO[draft.coordinated] if draft.coordinated in _YES_NO else None,
        **stated,
    }
    if draft.amends is None:
        return ReportIncident(**values)
    return AmendIncident(incident=look.incidents.get(parse_number(draft.amends, parties)).id, **values)


def act_command(
    look: Desk, asked: IncidentActRequest, incident: MessageId, session: Session, now_ms: int
) -> IncidentCommand:
    """Read an act. Raises: UsageError."""
    parties = look.context().parties

    def number(text: str | None, field: str) -> MessageId:
        if not text:
            raise UsageError(
                f"the field {field} is empty", code=f"console.incidents.{field}", hint="Name the entry: RU/12."
            )
        return parse_number(text, parties)

    common: dict[str, Any] = {
        "incident": incident,
        "from_post": session.post,
        "officer": session.officer,
        "words": asked.words.strip(),
    }
    at_ms = _field("at", asked.at, lambda text: parse_instant(text, now_ms))
    query = None if asked.query is None else number(asked.query, "query")
    match asked.act:
        case IncidentActName.PAIR | IncidentActName.NOT_SAME:
            is_same = asked.act is IncidentActName.PAIR
            return PairIncident(**common, other=number(asked.other, "other"), is_same=is_same)
        case IncidentActName.QUERY:
            return QueryIncident(**common, of=asked.of)
        case IncidentActName.MEETING:
            return QueryIncident(**common, asks=QueryKind.MEETING, of=asked.of, query=query, at_ms=at_ms)
        case IncidentActName.REPLY:
            return ReplyToQuery(
                **common,
                query=number(asked.query, "query"),
                objectives=asked.objectives.strip(),
                location=asked.location.strip(),
                designation=asked.designation.strip(),
                subordination=asked.subordination.strip(),
                formations=asked.formations.strip(),
                equipment=asked.equipment.strip(),
                end_ms=_field("end", asked.end, lambda text: parse_instant(text, now_ms)),
                is_accepted=asked.accepted,
                at_ms=at_ms,
            )
        case IncidentActName.FOLLOW:
            return FollowIncident(
                **common, step=one_of(FollowStep, asked.step, "step"), at_ms=at_ms, query=query
            )
        case IncidentActName.CLOSE:
            return CloseIncident(**common, closure=one_of(Closure, asked.closure, "closure"))
        case IncidentActName.REOPEN:
            return ReopenIncident(**common)


def _when(draft: IncidentDraft, now_ms: int) -> tuple[int, int] | None:
    start_ms = _field("start", draft.start, lambda text: parse_instant(text, now_ms))
    end_ms = _field("end", draft.end, lambda text: parse_instant(text, now_ms))
    if start_ms is None and end_ms is not None:
        raise UsageError(
            "an end is stated, and no beginning", code="console.incidents.start", hint="State when it began, or neither."
        )
    return None if start_ms is None else (start_ms, start_ms if end_ms is None else end_ms)


def _altitude(draft: IncidentDraft) -> Altitude | None:
    if draft.altitude.limit is not AltitudeLimit.ALTITUDE:
        return None
    return _field("altitude", draft.altitude.value, lambda text: read_altitude_draft(draft.altitude, text))


def _notice(look: Desk, draft: IncidentDraft, parties: tuple[str, ...]) -> dict[str, Any]:
    """Name the notice that was struck, and the acknowledgements of it that are held here."""
    if not draft.notice:
        return {}
    held = look.incidents.held(parse_number(draft.notice, parties), MAX_HELD)
    return {"notice": held.notice, "held": held.acknowledgements, "acknowledgements": held.count}


def _field(name: str, text: str, read: Callable[[str], Read]) -> Read | None:
    """Read a field; nothing typed is not stated. Raises: UsageError, with the field's name before what is wrong."""
    if not text.strip():
        return None
    try:
        return read(text)
    except CoupefeuError as error:
        raise UsageError(
            f"the field {name}: {error.message}", code=f"console.incidents.{name}", hint=error.hint
        ) from error
