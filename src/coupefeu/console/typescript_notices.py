"""The forms of notice, the coded words of notices and their limits, for the pages that need them and for no other."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final

from coupefeu.console.typescript_forms import rows
from coupefeu.model.notices import MAX_CHECK_POINTS, TO_REQUESTS, Answer, Settlement
from coupefeu.model.volumes import MAX_VOLUMES
from coupefeu.services.notices import limits
from coupefeu.services.notices.forms import FORMS, FieldKind, FormField, FormRule

_TYPES: Final = """\
export interface NoticeFieldRule {
  readonly number: number;
  readonly kind: NoticeFieldKind;
  readonly is_required: boolean;
  readonly choices: number;
}

export interface NoticeFormRule {
  readonly number: number;
  readonly fields: readonly NoticeFieldRule[];
  readonly needs_window: boolean;
  readonly may_ask: boolean;
  readonly must_ask: boolean;
}

/** `asked`: only what asks for an answer may be answered so. */
export interface NoticeAnswerRule {
  readonly number: number;
  readonly name: string;
  readonly asked: boolean;
}

export interface NoticeSettlementRule {
  readonly number: number;
  readonly name: string;
}
"""
LIMITS: Final = {
    "volumes": MAX_VOLUMES,
    "check_points": MAX_CHECK_POINTS,
    "title_characters": limits.MAX_TITLE_CHARACTERS,
    "movement_characters": limits.MAX_MOVEMENT_CHARACTERS,
    "name_characters": limits.MAX_NAME_CHARACTERS,
    "remarks_characters": limits.MAX_REMARKS_CHARACTERS,
    "words_characters": limits.MAX_WORDS_CHARACTERS,
    "position_characters": limits.MAX_POSITION_CHARACTERS,
}
"""What a page can tell before it asks; the services judge."""


def notices_source() -> str:
    """Write notices.ts."""
    kinds = " | ".join(f"'{each.value}'" for each in FieldKind)
    return "\n".join([f"export type NoticeFieldKind = {kinds};\n", _TYPES, *_constants()])


def _constants() -> Iterator[str]:
    yield rows("NOTICE_FORMS", "NoticeFormRule", map(_form, FORMS.values()))
    yield rows("ANSWERS", "NoticeAnswerRule", map(_answer, Answer))
    yield rows("SETTLEMENTS", "NoticeSettlementRule", map(_coded, Settlement))
    named = "".join(f"  {name}: {value},\n" for name, value in LIMITS.items())
    yield f"export const LIMITS = {{\n{named}}} as const;\n"


def _form(rule: FormRule) -> dict[str, Any]:
    return {
        "number": int(rule.form),
        "fields": list(map(_field, rule.fields)),
        "needs_window": rule.needs_window,
        "may_ask": rule.may_ask,
        "must_ask": rule.must_ask,
    }


def _field(field: FormField) -> dict[str, Any]:
    return {
        "number": field.number,
        "kind": field.kind.value,
        "is_required": field.is_required,
        "choices": field.choices,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {**_coded(answer), "asked": answer in TO_REQUESTS}


def _coded(code: IntEnum) -> dict[str, Any]:
    return {"number": int(code), "name": code.name.lower()}
