"""Notices in words of one language: why something has no effect, and which field is meant; pages use the same keys."""

from typing import Final

from coupefeu.model.notices import NoticeForm
from coupefeu.services.notices.forms import FORMS
from coupefeu.words import say

_ALONE: Final = frozenset(
    {
        "title",
        "fields",
        "volumes",
        "movement",
        "wants_answer",
        "units",
        "remarks",
        "officer",
        "words",
        "content",
    }
)


def effect_words(reason: str, language: str) -> str:
    """Say why an entry has no effect, or what is wrong with a field."""
    return say(f"notices-effect-{reason.replace('_', '-')}", language)


def field_words(field: str, language: str, form: NoticeForm | None = None) -> str:
    """Name a field of a notice as `limits.Defect` and `changes.Change` do; `form` names those of its own."""
    name, _, rest = field.partition(".")
    number, _, part = rest.partition(".")
    match name:
        case "fields" if number and form is not None and FORMS[form].field(int(number)) is not None:
            return say(f"notices-field-{int(form)}-{number}", language)
        case "volumes" if number:
            area = say("notices-volume", language, number=number)
            return f"{area}, {say(f'notices-part-{part}', language)}" if part else area
        case "check_points":
            point = say("notices-check-point", language)
            return f"{point} {number}".rstrip()
        case "positions":
            return f"{say('notices-position', language)} {number}".rstrip()
        case _:
            key = name.replace("_", "-")
            return (
                f"{say(f'notices-{key}', language)} {number}".rstrip()
                if name in _ALONE
                else say("notices-form", language)
            )
