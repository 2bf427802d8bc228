"""An incident as it is typed becomes a command: each field is read by itself, and what is wrong with one is named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from coupefeu.console.acting import one_of
from coupefeu.console.incidents_requests import IncidentActName, IncidentActRequest, IncidentDraft
from coupefeu.console.notices_reading import read_altitude_draft
from coupefeu.console.notices_requests import AltitudeDraft
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
from coupefeu.services.incidents.rules import MAX_HELD
from coupefeu.wire.positions import read_position
from coupefeu.wire.quantities import read_length_dm

Read = TypeVar("Read")

_YES_NO: Final = {"yes": True, "no": False}
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
        "position": _field(
            "position", draft.position, lambda text: read_position(text, language=language).position
        ),
        "uncertainty_m": _field(
            "uncertainty", draft.uncertainty, lambda text: -(-read_length_dm(text) // 10)
        ),
        "altitude": _altitude(draft),
        "is_coordinated": _field("coordinated", draft.coordinated, _yes_no),
        **stated,
    }
    if draft.amends is None:
        return ReportIncident(**values)
    return AmendIncident(incident=look.incidents.get(parse_number(draft.amends, parties)).id, **values)


def act_command(
    look: Desk, asked: IncidentActRequest, incident: MessageId, session: Session, now_ms: int
) -> IncidentCommand:
    """Read an act. Raises: UsageError."""
    command, stated = _ACTS[asked.act]
    said = _Said(asked=asked, parties=look.context().parties, now_ms=now_ms)
    return command(
        incident=incident,
        from_post=session.post,
        officer=session.officer,
        words=asked.words.strip(),
        **stated(said),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An act as typed, and what its texts are read by."""

    asked: IncidentActRequest
    parties: tuple[str, ...]
    now_ms: int

    def entry(self, field: str) -> MessageId:
        text = getattr(self.asked, field)
        if not text:
            raise UsageError(
                f"the field {field} is empty",
                code=f"console.incidents.{field}",
                hint="Name the entry: RU/12.",
            )
        return parse_number(text, self.parties)

    def query(self) -> MessageId | None:
        return self.entry("query") if self.asked.query else None

    def instant(self, field: str) -> int | None:
        return _field(field, getattr(self.asked, field), lambda text: parse_instant(text, self.now_ms))


def _reply(said: _Said) -> dict[str, Any]:
    asked = said.asked
    texts = ("objectives", "location", "designation", "subordination", "formations", "equipment")
    return {name: getattr(asked, name).strip() for name in texts} | {
        "query": said.entry("query"),
        "end_ms": said.instant("end"),
        "is_accepted": asked.accepted,
        "at_ms": said.instant("at"),
    }


def _meeting(said: _Said) -> dict[str, Any]:
    return {
        "asks": QueryKind.MEETING,
        "of": said.asked.of,
        "query": said.query(),
        "at_ms": said.instant("at"),
    }


def _follow(said: _Said) -> dict[str, Any]:
    step = one_of(FollowStep, said.asked.step, "step")
    return {"step": step, "at_ms": said.instant("at"), "query": said.query()}


_ACTS: Final[Mapping[IncidentActName, tuple[type[IncidentCommand], Callable[[_Said], dict[str, Any]]]]] = {
    IncidentActName.PAIR: (PairIncident, lambda said: {"other": said.entry("other"), "is_same": True}),
    IncidentActName.NOT_SAME: (PairIncident, lambda said: {"other": said.entry("other"), "is_same": False}),
    IncidentActName.QUERY: (QueryIncident, lambda said: {"of": said.asked.of}),
    IncidentActName.MEETING: (QueryIncident, _meeting),
    IncidentActName.REPLY: (ReplyToQuery, _reply),
    IncidentActName.FOLLOW: (FollowIncident, _follow),
    IncidentActName.CLOSE: (
        CloseIncident,
        lambda said: {"closure": one_of(Closure, said.asked.closure, "closure")},
    ),
    IncidentActName.REOPEN: (ReopenIncident, lambda _said: {}),
}


def _when(draft: IncidentDraft, now_ms: int) -> tuple[int, int] | None:
    start_ms = _field("start", draft.start, lambda text: parse_instant(text, now_ms))
    end_ms = _field("end", draft.end, lambda text: parse_instant(text, now_ms))
    if start_ms is None and end_ms is not None:
        raise UsageError(
            "an end is stated, and no beginning",
            code="console.incidents.start",
            hint="State when it began, or neither.",
        )
    return None if start_ms is None else (start_ms, start_ms if end_ms is None else end_ms)


def _altitude(draft: IncidentDraft) -> Altitude | None:
    if draft.altitude.limit is AltitudeLimit.NOT_STATED:
        return None
    return _field("altitude", draft.altitude.value or draft.altitude.limit, partial(_height, draft.altitude))


def _height(draft: AltitudeDraft, text: str) -> Altitude:
    if draft.limit is not AltitudeLimit.ALTITUDE:
        raise UsageError(
            f"{draft.limit.value} is no altitude",
            code="console.incidents.altitude",
            hint="State a number with its unit and what it is measured from, or nothing.",
        )
    return read_altitude_draft(draft, text)


def _yes_no(text: str) -> bool:
    if text not in _YES_NO:
        raise UsageError(
            f"{text[:40]!r} is neither yes nor no",
            code="console.incidents.coordinated",
            hint="Say yes, no, or nothing.",
        )
    return _YES_NO[text]


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
