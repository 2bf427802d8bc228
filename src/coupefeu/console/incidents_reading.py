"""An incident as a page asks for it becomes a command; its fields are read as the command line reads them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.console.acting import one_of
from coupefeu.console.incidents_requests import IncidentActName, IncidentActRequest, IncidentDraft
from coupefeu.console.notices_requests import AltitudeDraft
from coupefeu.console.notices_values import AltitudeLimit
from coupefeu.console.sessions import Session
from coupefeu.model.incidents import Closure, FollowStep, QueryKind
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.precedence import Precedence
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
from coupefeu.services.incidents.typed import (
    TypedVersion,
    insist_typed,
    read_coming,
    read_form,
    read_past,
    read_version,
)

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
    """Read a version. Raises: UsageError `services.incidents.unreadable_*`, naming the field and what was seen."""
    parties = look.context().parties
    typed = TypedVersion(
        language=language,
        start=draft.start,
        end=draft.end,
        about=draft.about and bool(draft.start.strip()),
        position=draft.position,
        uncertainty=draft.uncertainty,
        altitude=_altitude_text(draft.altitude),
        coordinated=draft.coordinated,
        texts={name: getattr(draft, name).strip() for name in _TEXTS},
    )
    values = {
        "form": read_form(draft.form),
        "precedence": one_of(Precedence, draft.precedence, "precedence"),
        "from_post": session.post,
        "officer": session.officer,
        "to_posts": draft.to_posts,
        **read_version(typed, now_ms),
        **_notice(look, draft, parties),
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
        return parse_number(insist_typed(field, getattr(self.asked, field)), self.parties)

    def query(self) -> MessageId | None:
        return self.entry("query") if self.asked.query else None

    def past(self, field: str) -> int | None:
        return read_past(field, getattr(self.asked, field), self.now_ms)

    def coming(self, field: str) -> int | None:
        return read_coming(field, getattr(self.asked, field), self.now_ms)


def _reply(said: _Said) -> dict[str, Any]:
    asked = said.asked
    texts = ("objectives", "location", "designation", "subordination", "formations", "equipment")
    return {name: getattr(asked, name).strip() for name in texts} | {
        "query": said.entry("query"),
        "end_ms": said.coming("end"),
        "is_accepted": asked.accepted,
        "at_ms": said.coming("at"),
    }


def _meeting(said: _Said) -> dict[str, Any]:
    return {
        "asks": QueryKind.MEETING,
        "of": said.asked.of,
        "query": said.query(),
        "at_ms": said.coming("at"),
    }


def _follow(said: _Said) -> dict[str, Any]:
    step = one_of(FollowStep, said.asked.step, "step")
    return {"step": step, "at_ms": said.past("at"), "query": said.query()}


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


def _altitude_text(draft: AltitudeDraft) -> str:
    """Write an altitude that was typed in parts as it is written in one; a flight level has no datum."""
    if draft.limit is not AltitudeLimit.ALTITUDE:
        return "" if draft.limit is AltitudeLimit.NOT_STATED else draft.limit.value
    digits = "".join(draft.value.split()).replace("\u2212", "-")
    return f"FL{digits}" if draft.unit == "fl" else f"{digits} {draft.unit} {draft.datum}"


def _notice(look: Desk, draft: IncidentDraft, parties: tuple[str, ...]) -> dict[str, Any]:
    """Name the notice that was struck, and the acknowledgements of it that are held here."""
    if not draft.notice:
        return {}
    return look.incidents.held(parse_number(draft.notice, parties), MAX_HELD).stated()
