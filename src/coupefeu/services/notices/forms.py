"""The forms of notice: their fields, lead times, and whether an answer may be asked for (the one place).

Words for people are `notices-form-N` and `notices-field-N-M`, of choices `notices-choice-N-M-K`, in words/. Numbers
stand on records: they are never used again for something else. A field that is empty is not stated, never "none".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from coupefeu.model.agreement import NoticeTerms
from coupefeu.model.notices import Answer, NoticeForm
from coupefeu.services.notices.facts import FieldValue, NoticeFact


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    """UTC ms."""
    FLAG = "flag"
    CHOICE = "choice"
    """A number from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form. `name`: as files and the command line have it; `choices`: how many a CHOICE offers."""

    number: int
    name: str
    kind: FieldKind
    is_required: bool
    choices: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRule:
    """What a form asks for.

    `may_ask`: its author may ask for an answer; `must_ask`: it always does. `needs_window`: every volume has a
    beginning and an end.
    """

    form: NoticeForm
    fields: tuple[FormField, ...]
    needs_window: bool = True
    may_ask: bool = True
    must_ask: bool = False

    def field(self, number: int) -> FormField | None:
        """Find a field by its number; None: the form has none such."""
        return next((each for each in self.fields if each.number == number), None)


def _fields(*rows: str) -> tuple[FormField, ...]:
    """Read `name kind`, with `!` where the form cannot do without it and `choice/N`; numbers count from 1."""
    return tuple(_field(number, *row.split()) for number, row in enumerate(rows, 1))


def _field(number: int, name: str, kind: str) -> FormField:
    word, _, choices = kind.rstrip("!").partition("/")
    return FormField(
        number=number,
        name=name,
        kind=FieldKind(word),
        is_required=kind.endswith("!"),
        choices=int(choices or 0),
    )


_RULES: Final = (
    FormRule(
        form=NoticeForm.MILITARY_ACTIVITY,
        fields=_fields(
            "type choice/5!", "designation text", "purpose text!", "states text", "organised_by text",
            "commanded_by text", "troops number", "formations text", "tanks number", "armoured_vehicles number",
            "artillery number", "helicopters number", "sorties number", "landing_troops number",
            "parachute_troops number", "phases text", "calendar_change text", "related text",
        ),
    ),
    FormRule(
        form=NoticeForm.FLIGHT_SAFETY,
        fields=_fields(
            "activity choice/5!", "aircraft number", "call_sign text", "frequencies text", "transponder text",
            "contact text!",
        ),
    ),
    FormRule(
        form=NoticeForm.HAZARD_TO_NAVIGATION,
        fields=_fields("activity choice/6!", "navarea text", "notam text", "contact text!"),
        needs_window=False,
        may_ask=False,
    ),
    FormRule(
        form=NoticeForm.MISSILE_LAUNCH,
        fields=_fields(
            "launch_area text!", "type text", "planned time!", "sea_or_quadrant text", "navarea text", "notam text",
            "contact text",
        ),
        may_ask=False,
    ),
    FormRule(
        form=NoticeForm.STATIC_SITE,
        fields=_fields(
            "organisation text!", "object text!", "function text!", "run_by text", "access_side text", "markings text",
            "photographs text", "contact text!",
        ),
        needs_window=False,
    ),
    FormRule(
        form=NoticeForm.HUMANITARIAN_MOVEMENT,
        fields=_fields(
            "organisation text!", "kind choice/4!", "emergency flag", "vehicles number!", "plates text",
            "markings text", "departure_place text!", "departure time!", "arrival_place text!", "arrival time!",
            "stops text", "drivers number", "passengers number", "team_leader text!", "telephone text!",
            "frequencies text", "call_sign text",
        ),
    ),
    FormRule(
        form=NoticeForm.SEA_MOVEMENT,
        fields=_fields(
            "ship text!", "kind choice/2!", "number text", "call_sign text", "flag text", "cargo text",
            "from_port text!", "to_port text!", "inspection text", "channels text", "contact text!",
        ),
    ),
    FormRule(
        form=NoticeForm.TEMPORARY_ZONE,
        fields=_fields("purpose text!", "rule choice/3!", "agreed_by text", "contact text!"),
    ),
    FormRule(
        form=NoticeForm.UNUSUAL_ACTIVITY,
        fields=_fields(
            "kind choice/2!", "concern text", "type text", "objectives text", "end time", "designation text",
            "subordination text", "formations text", "equipment text",
        ),
        needs_window=False,
        must_ask=True,
    ),
)  # fmt: skip
FORMS: Final[Mapping[NoticeForm, FormRule]] = MappingProxyType({each.form: each for each in _RULES})

EMERGENCY_FIELD: Final = 3
"""Of a humanitarian movement."""
SEA_KIND_FIELD: Final = 2
SEA_ENTRY: Final = 1
"""The ship asks for entry; 2: its daily plan."""
UNUSUAL_KIND_FIELD: Final = 1
UNUSUAL_ASKED: Final = 1
"""An explanation of the other side's activity is asked for; 2: an activity of one's own is explained."""

PLAIN_ANSWERS: Final = (Answer.RECEIVED, Answer.NOTED, Answer.NO_OBJECTION, Answer.OBJECTION)
"""To a notice that asks for nothing, and beside the others to one that does."""


def answers_to(*, wants_answer: bool) -> tuple[Answer, ...]:
    """List the answers that a notice may have."""
    return tuple(Answer) if wants_answer else PLAIN_ANSWERS


def settles(form: NoticeForm, answer: Answer) -> bool:
    """Whether an answer is what was asked for; to a request for explanation any is but RECEIVED."""
    if form is NoticeForm.UNUSUAL_ACTIVITY:
        return answer is not Answer.RECEIVED
    return answer in {Answer.AGREED, Answer.DENIED, Answer.COUNTER_PROPOSAL}


def asks_for_answer(fact: NoticeFact) -> bool:
    """Whether the other side owes an answer."""
    rule = FORMS[fact.form]
    return rule.must_ask or (rule.may_ask and fact.wants_answer)


def lead_s_of(fact: NoticeFact, terms: NoticeTerms) -> int:
    """Give the lead time of a notice, seconds; 0: none."""
    if fact.form is NoticeForm.HUMANITARIAN_MOVEMENT and fact.fields.get(EMERGENCY_FIELD) is True:
        return terms.emergency_lead_s
    if fact.form is NoticeForm.SEA_MOVEMENT and fact.fields.get(SEA_KIND_FIELD) == SEA_ENTRY:
        return terms.sea_entry_lead_s
    return terms.of(fact.form).lead_s


def is_compared(fact: NoticeFact) -> bool:
    """Whether its volumes say where its author will be: a request for explanation is about the other side's."""
    return (
        fact.form is not NoticeForm.UNUSUAL_ACTIVITY or fact.fields.get(UNUSUAL_KIND_FIELD) != UNUSUAL_ASKED
    )


def lacking(fact: NoticeFact) -> tuple[int, ...]:
    """Name the fields that its form cannot do without and that it does not state, by their numbers."""
    return tuple(
        each.number for each in FORMS[fact.form].fields if each.is_required and each.number not in fact.fields
    )


def odd_fields(fact: NoticeFact) -> Iterator[int]:
    """Name the fields that its form does not have, or that hold another kind of value."""
    rule = FORMS[fact.form]
    for number, value in fact.fields.items():
        asked = rule.field(number)
        if asked is None or not _holds(asked, value):
            yield number


def _holds(asked: FormField, value: FieldValue) -> bool:
    match asked.kind:
        case FieldKind.TEXT:
            return isinstance(value, str) and bool(value.strip())
        case FieldKind.FLAG:
            return isinstance(value, bool)
        case FieldKind.CHOICE:
            return type(value) is int and 1 <= value <= asked.choices
        case FieldKind.NUMBER | FieldKind.TIME:
            return type(value) is int
