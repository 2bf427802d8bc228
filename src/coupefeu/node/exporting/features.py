"""A notice on the record as the feature that every format is written from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from coupefeu.errors import UsageError
from coupefeu.model.instant import format_instant
from coupefeu.node.importing.judging import form_name, without_id
from coupefeu.services.notices.facts import FieldValue
from coupefeu.services.notices.forms import FORMS, FieldKind
from coupefeu.services.notices.status import NoticeState, NoticeView
from coupefeu.wire.features import FIELD, Feature

RUNNING_LATE: Final = "RUNNING LATE"
LATE: Final = ("state", "late_since", "heard_of", "stands_until")
"""What is said beside a movement that runs late."""


def feature_of(view: NoticeView, *, is_exercise: bool) -> Feature:
    """Give the version that stands, under the notice's number.

    Raises:
        UsageError: `node.exporting.gone`: its content is erased, or it cannot be read.
    """
    fact = view.fact
    if fact is None:
        raise UsageError(
            f"{view.number}: its content is gone from this record",
            code="node.exporting.gone",
            hint="Leave it out.",
        )
    stated: dict[str, Any] = {
        "title": fact.title, "form": form_name(fact.form), "movement": fact.movement,
        "remarks": without_id(fact.remarks), "units": " | ".join(fact.units),
    }  # fmt: skip
    properties: dict[str, Any] = {"exercise": "EXERCISE"} if is_exercise else {}
    properties |= {name: each for name, each in stated.items() if each}
    if fact.wants_answer:
        properties["wants_answer"] = "yes"
    properties |= dict(_fields(view))
    properties |= dict(_late(view))
    return Feature(at=1, id=view.number, volumes=fact.volumes, properties=properties)


def drawn_of(view: NoticeView, *, is_exercise: bool) -> Feature:
    """Give it as other maps draw it: of a movement that runs late where it may still be, and not where it was to be.

    Raises:
        UsageError: `node.exporting.gone`.
    """
    found = feature_of(view, is_exercise=is_exercise)
    if view.state is not NoticeState.LATE or not view.ahead:
        return found
    late = ", ".join(f"{name.replace('_', ' ')} {at}" for name, at in _late(view) if name != "state")
    said = {"title": f"{RUNNING_LATE}: {found.properties.get('title', found.id)}"}
    said["remarks"] = " ".join(filter(None, (f"{RUNNING_LATE}: {late}.", found.properties.get("remarks"))))
    return replace(found, volumes=view.ahead, properties={**found.properties, **said})


def _late(view: NoticeView) -> Iterator[tuple[str, str]]:
    """Say of a movement that runs late since when, and when it was heard of last; an import reads over it."""
    if view.state is not NoticeState.LATE:
        return
    yield "state", view.state.value
    stated = {"late_since": view.end_ms, "heard_of": view.heard_ms, "stands_until": view.until_ms}
    yield from ((name, format_instant(at)) for name, at in stated.items() if at is not None)


def _fields(view: NoticeView) -> Iterator[tuple[str, str]]:
    """Name what a form asks for as files do, written so that an import reads it."""
    assert view.fact is not None
    for number, value in view.fact.fields.items():
        asked = FORMS[view.fact.form].field(number)
        if asked is not None:
            yield f"{FIELD}{asked.name}", _written(value, asked.kind)


def _written(value: FieldValue, kind: FieldKind) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_instant(value) if kind is FieldKind.TIME and isinstance(value, int) else str(value)
