"""A notice on the record as the feature that every format is written from."""

from collections.abc import Iterator
from typing import Any

from coupefeu.errors import UsageError
from coupefeu.model.instant import format_instant
from coupefeu.node.importing.judging import form_name, without_id
from coupefeu.services.notices.facts import FieldValue
from coupefeu.services.notices.forms import FORMS, FieldKind
from coupefeu.services.notices.status import NoticeView
from coupefeu.wire.features import FIELD, Feature


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
    return Feature(at=1, id=view.number, volumes=fact.volumes, properties=properties)


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
