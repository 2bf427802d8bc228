"""Forms, phrases, coded words and limits for the pages, with the numbers by which the words name them."""

import json
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any

from coupefeu.model import attachments
from coupefeu.model.entry import Kind, author_of
from coupefeu.model.messages import OPERATIVE_WORDS, SUBJECTS, Channel, Form, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence
from coupefeu.node.values import form_name
from coupefeu.services.messages import facts, forms
from coupefeu.services.messages.phrases import PHRASES

_FORM_TYPES = """\
export interface FormRule {
  readonly number: number;
  readonly name: FormName;
  readonly must: readonly FormField[];
  readonly may: readonly FormField[];
  readonly subjects: readonly Subject[];
  readonly refers: boolean;
}

export interface Phrase {
  readonly number: number;
  readonly slots: readonly FieldKind[];
}

/** A coded word: pages say it with the key that ends in its number. */
export interface Coded<Name extends string> {
  readonly number: number;
  readonly name: Name;
}

/** A kind of entry, and who writes it: the words of pages are `act-NUMBER` or `ui-kind-NAME`. */
export interface EntryKind {
  readonly number: number;
  readonly name: string;
  readonly by: 'machine' | 'person';
}

export interface Operative extends Coded<OperativeName> {
  readonly words: Readonly<Record<'en' | 'fr' | 'ru', string>>;
}
"""
LIMITS = {
    "label_characters": forms.MAX_LABEL_CHARACTERS,
    "place_characters": forms.MAX_PLACE_CHARACTERS,
    "passages": forms.MAX_PASSAGES,
    "passage_characters": forms.MAX_PASSAGE_CHARACTERS,
    "numbers": forms.MAX_NUMBERS,
    "number_characters": forms.MAX_NUMBER_CHARACTERS,
    "line_test_templates": forms.LINE_TEST_TEMPLATES,
    "act_text_characters": facts.MAX_TEXT_CHARACTERS,
    "typed_fields": facts.MAX_TYPED_FIELDS,
    "typed_characters": facts.MAX_TYPED_CHARACTERS,
    "attachments": attachments.MAX_ATTACHMENTS,
    "attachment_name_characters": attachments.MAX_NAME_CHARACTERS,
    "attachment_bytes": attachments.MAX_ATTACHMENT_BYTES,
}
"""What a page can tell before it asks; the services judge. An agreement may allow less."""


def forms_source() -> str:
    """Write forms.ts: forms, phrases, coded words and limits, with the numbers by which the words name them."""
    return "\n".join([*_form_names(), _FORM_TYPES, *_form_constants()])


def _form_names() -> Iterator[str]:
    yield "import type { FieldKind, Subject } from './types';\n"
    yield union("FormName", [form_name(form) for form in Form])
    yield union(
        "FormField", sorted({name for rule in forms.FORM_RULES.values() for name in rule.must | rule.may})
    )
    yield union("PrecedenceName", [each.name for each in Precedence])
    yield union("OperativeName", [each.name for each in Operative])
    yield union("ChannelName", [each.name for each in Channel])
    yield union("OutcomeName", [each.name for each in OutcomeCode])


def _form_constants() -> Iterator[str]:
    yield rows("FORMS", "FormRule", map(_form, Form))
    yield rows("PHRASES", "Phrase", map(_phrase, PHRASES))
    yield rows("KINDS", "EntryKind", map(_kind, Kind))
    yield rows("PRECEDENCES", "PrecedenceName", (each.name for each in Precedence))
    yield rows("SUBJECTS", "Subject", (each.value for each in SUBJECTS))
    yield rows("OPERATIVES", "Operative", map(_operative, Operative))
    yield rows("CHANNELS", "Coded<ChannelName>", map(_coded, Channel))
    yield rows("OUTCOMES", "Coded<OutcomeName>", map(_coded, OutcomeCode))
    limits = "".join(f"  {name}: {value},\n" for name, value in LIMITS.items())
    yield f"export const LIMITS = {{\n{limits}}} as const;\n"


def _form(form: Form) -> dict[str, Any]:
    rule = forms.FORM_RULES[form]
    return {
        "number": int(form),
        "name": form_name(form),
        "must": sorted(rule.must),
        "may": sorted(rule.may),
        "subjects": [each.value for each in SUBJECTS if each in rule.subjects],
        "refers": rule.refers,
    }


def _phrase(number: int) -> dict[str, Any]:
    return {"number": number, "slots": [kind.value for kind in PHRASES[number]]}


def _kind(kind: Kind) -> dict[str, Any]:
    return {**_coded(kind), "by": str(author_of(kind))}


def _coded(each: IntEnum) -> dict[str, Any]:
    return {"number": int(each), "name": each.name}


def _operative(each: Operative) -> dict[str, Any]:
    return {**_coded(each), "words": OPERATIVE_WORDS[each]}


def rows(name: str, of: str, values: Iterable[Any]) -> str:
    """Declare a constant list, a value on each line."""
    lines = "".join(f"  {_value(each)},\n" for each in values)
    return f"export const {name}: readonly {of}[] = [\n{lines}];\n"


def _value(value: Any) -> str:
    """Say a constant in TypeScript, on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name}: {_value(each)}' for name, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return literal(value)


def union(name: str, members: Iterable[Any]) -> str:
    """Declare a closed set of texts."""
    return f"export type {name} = {' | '.join(map(literal, members))};\n"


def literal(value: Any) -> str:
    """Say a text, a number or a truth in TypeScript."""
    text = json.dumps(value, ensure_ascii=False)
    return f"'{text[1:-1]}'" if isinstance(value, str) else text
