"""What pages ask about incidents, as frozen values with their limits; who asks is said by the session alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from coupefeu.console.notices_requests import AltitudeDraft
from coupefeu.console.requests import Name
from coupefeu.services.incidents.limits import MAX_FIELD_CHARACTERS, MAX_WORDS_CHARACTERS

IncidentField = Annotated[str, Meta(max_length=MAX_FIELD_CHARACTERS)]
IncidentWords = Annotated[str, Meta(max_length=MAX_WORDS_CHARACTERS)]
TypedPlace = Annotated[str, Meta(max_length=80)]

_NO_ALTITUDE: Final = AltitudeDraft()


class IncidentActName(StrEnum):
    """The acts about an incident that is on the record."""

    PAIR = "pair"
    NOT_SAME = "not-same"
    QUERY = "query"
    MEETING = "meeting"
    REPLY = "reply"
    FOLLOW = "follow"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDraft:
    """A version of an incident as typed; empty is not stated. `amends`: the incident of ours that is said anew.

    `start`, `end`: text, UTC; `uncertainty`: "300 m", "2 NM". `coordinated`: "yes", "no" or "". `notice`: the notice
    that was struck; the acknowledgements that are held of it are named with it. `to_posts`: none: the others' desks.
    """

    form: Name
    precedence: Name = "immediate"
    to_posts: Annotated[tuple[Name, ...], Meta(max_length=64)] = ()
    start: Name = ""
    end: Name = ""
    about: bool = False
    position: TypedPlace = ""
    uncertainty: Name = ""
    place: IncidentField = ""
    altitude: AltitudeDraft = _NO_ALTITUDE
    our_platform: IncidentField = ""
    other_platform: IncidentField = ""
    forces: IncidentField = ""
    damage: IncidentField = ""
    casualties: IncidentField = ""
    coordinated: Name = ""
    measures: IncidentField = ""
    contact_point: IncidentField = ""
    provision: IncidentField = ""
    words: IncidentWords = ""
    notice: Name | None = None
    amends: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentActRequest:
    """An act about an incident; `act` says which of the rest counts.

    `other`: the incident of the other side. `query`: the request that is answered, or that a meeting is about. `of`:
    the party that is asked. `at`, `end`: text, UTC. `step`, `closure`: which.
    """

    act: IncidentActName
    other: Name | None = None
    query: Name | None = None
    of: Name = ""
    at: Name = ""
    end: Name = ""
    objectives: IncidentField = ""
    location: IncidentField = ""
    designation: IncidentField = ""
    subordination: IncidentField = ""
    formations: IncidentField = ""
    equipment: IncidentField = ""
    accepted: bool | None = None
    step: Name = "remark"
    closure: Name = ""
    words: IncidentWords = ""
