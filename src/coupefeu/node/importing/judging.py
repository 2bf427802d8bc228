"""From what a file says to a notice: the form, its fields and its volumes, each defect by the name it has in a file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.model.notices import NoticeForm
from coupefeu.services.notices.facts import FieldValue, NoticeFact, encode_notice
from coupefeu.services.notices.forms import FORMS, FieldKind, FormField
from coupefeu.services.notices.insisting import notice_defects
from coupefeu.services.notices.limits import MAX_TITLE_CHARACTERS
from coupefeu.services.notices.render import effect_words
from coupefeu.wire.features import FIELD, MAX_SEEN_CHARACTERS, Defect, Feature
from coupefeu.wire.quantities import read_instant

MAX_ID_CHARACTERS: Final = 60
_ID_LINE: Final = re.compile(r"(?:^|\n)ID: ([^\n]{1,60})\Z")
_YES: Final = frozenset({"yes", "true", "1", "y", "oui", "да"})
_NO: Final = frozenset({"no", "false", "0", "n", "non", "нет", ""})
_LISTED: Final = re.compile(r"\s*\|\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is said of a whole file, where its notices do not say it themselves.

    `datum`: of altitudes ("AMSL"; "": they are asked about); `reach`: of points and lines ("1 NM"; "": the same).
    `language`: whose letters stand for the points of the compass in typed positions.
    """

    form: NoticeForm | None = None
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    movement: str = ""
    units: tuple[str, ...] = ()
    datum: str = ""
    reach: str = ""
    language: str = "en"
    officer: str = ""


def read_form(text: str) -> NoticeForm:
    """Read a form by its number or its name. Raises: PeerError `node.importing.form`."""
    written = text.strip().upper().replace("-", "_").replace(" ", "_")
    if written in NoticeForm.__members__:
        return NoticeForm[written]
    if written.isascii() and written.isdecimal() and int(written) in set(NoticeForm):
        return NoticeForm(int(written))
    names = ", ".join(form_name(each) for each in NoticeForm)
    raise PeerError(f"{text[:40]!r} is no form", code="node.importing.form", hint=f"write one of {names}")


def form_name(form: NoticeForm) -> str:
    """Name a form as files and commands do: `flight-safety`."""
    return form.name.lower().replace("_", "-")


def judge(feature: Feature, wish: Wish, *, is_exercise: bool) -> NoticeFact | tuple[Defect, ...]:
    """Make a notice of a feature; else name everything that keeps it from being filed."""
    from coupefeu.deconfliction import require_valid  # noqa: PLC0415 - geometry is loaded by the first notice

    defects: list[Defect] = []
    if _flag(feature.properties.get("exercise", "")) and not is_exercise:
        hint = "import it on an exercise line"
        defects.append(
            _defect("exercise", "exercise", "yes", "this is an exercise, and this line is real", hint)
        )
    for number, volume in enumerate(feature.volumes, 1):
        try:
            require_valid(volume)
        except CoupefeuError as error:
            defects.append(Defect.of(error, f"volume {number}" if number > 1 else "positions", ""))
    fact = _fact(feature, wish, defects)
    if fact is not None:
        defects.extend(_own_defects(fact))
    return tuple(defects) if fact is None or defects else fact


def content_key(fact: NoticeFact) -> bytes:
    """Give what is alike where two notices say the same, whoever typed them and under whichever id."""
    return encode_notice(replace(fact, officer="", conflicts=None, remarks=without_id(fact.remarks)))


def given_id(fact: NoticeFact) -> str:
    """Give the id that a notice had in the file it came from; "": it had none."""
    found = _ID_LINE.search(fact.remarks)
    return found[1] if found else ""


def without_id(remarks: str) -> str:
    """Give remarks as they were typed, without the id that an import put behind them."""
    return _ID_LINE.sub("", remarks)


def _fact(feature: Feature, wish: Wish, defects: list[Defect]) -> NoticeFact | None:
    said = feature.properties
    form = _form(said, wish, defects)
    if form is None:
        return None
    remarks, id_ = str(said.get("remarks", "")), _printable(feature.id)[:MAX_ID_CHARACTERS]
    if id_:
        remarks = f"{remarks}\nID: {id_}".lstrip("\n")
    return NoticeFact(
        form=form,
        title=_title(said, feature.id),
        volumes=feature.volumes,
        fields=_fields(form, said, wish, defects),
        movement=str(said.get("movement") or wish.movement),
        wants_answer=_asks(said, form, defects),
        units=_units(said.get("units")) or wish.units,
        remarks=remarks,
        officer=wish.officer,
    )


def _form(said: Mapping[str, Any], wish: Wish, defects: list[Defect]) -> NoticeForm | None:
    if "form" not in said:
        if wish.form is None:
            hint = "name it in the file, or for the whole file with --form"
            defects.append(_defect("form", "form", "", "it does not say which form of notice it is", hint))
        return wish.form
    try:
        return read_form(str(said["form"]))
    except PeerError as error:
        defects.append(Defect.of(error, "form", str(said["form"])))
        return None


def _title(said: Mapping[str, Any], id_: str) -> str:
    title = next((str(said[name]) for name in ("title", "name", "callsign") if said.get(name)), id_)
    return _printable(title)[:MAX_TITLE_CHARACTERS]


def _fields(
    form: NoticeForm, said: Mapping[str, Any], wish: Wish, defects: list[Defect]
) -> Mapping[int, FieldValue]:
    rule, found = FORMS[form], dict[int, FieldValue]()
    stated = {name.removeprefix(FIELD): value for name, value in said.items() if name.startswith(FIELD)}
    for name in stated.keys() - {each.name for each in rule.fields}:
        hint = f"it has {', '.join(each.name for each in rule.fields)}"
        defects.append(_defect("field", f"{FIELD}{name}"[:60], "", "the form has no such field", hint))
    for each in rule.fields:
        text = str(stated.get(each.name, wish.fields.get(each.name, ""))).strip()
        if text:
            try:
                found[each.number] = read_value(each, text)
            except PeerError as error:
                defects.append(Defect.of(error, f"{FIELD}{each.name}", text))
    return MappingProxyType(found)


def read_value(asked: FormField, text: str) -> FieldValue:
    """Read a field of a form as it was typed. Raises: PeerError: `node.importing.field`, `wire.quantity.*`."""
    match asked.kind:
        case FieldKind.TEXT:
            return text
        case FieldKind.TIME:
            return read_instant(text)
        case FieldKind.FLAG if text.lower() in _YES | _NO:
            return text.lower() in _YES
        case FieldKind.NUMBER if re.fullmatch(r"\d{1,12}", text, re.ASCII):
            return int(text)
        case FieldKind.CHOICE if re.fullmatch(r"\d{1,3}", text, re.ASCII) and 1 <= int(text) <= asked.choices:
            return int(text)
    means = {FieldKind.FLAG: "yes or no", FieldKind.NUMBER: "a whole number"}
    what = means.get(asked.kind, f"a number from 1 to {asked.choices}")
    raise PeerError(f"{text[:40]!r} is not {what}", code="node.importing.field", hint=f"write {what}")


def _asks(said: Mapping[str, Any], form: NoticeForm, defects: list[Defect]) -> bool:
    text = str(said.get("wants_answer", "")).strip().lower()
    if text not in _YES | _NO:
        defects.append(
            _defect("field", "wants_answer", text, "this is neither yes nor no", "write yes or no")
        )
    return text in _YES or FORMS[form].must_ask


def _units(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else _LISTED.split(str(value or ""))
    return tuple(dict.fromkeys(str(each).strip() for each in listed if str(each).strip()))


def _own_defects(fact: NoticeFact) -> Iterator[Defect]:
    """Say under the names of a file what the rules of notices find; volumes and fields are named as there."""
    names = {each.number: f"{FIELD}{each.name}" for each in FORMS[fact.form].fields}
    for each in notice_defects(fact):
        name, _, rest = each.field.partition(".")
        if name == "fields" and rest.isdecimal():
            name = names.get(int(rest), each.field)
        elif name == "volumes":
            name = {"window": "from", "shape": "positions"}.get(
                rest.partition(".")[2], rest.partition(".")[2]
            )
        hint = "give it in the file, or for the whole file with --set" if each.code == "missing_field" else ""
        yield _defect(each.code, name or "positions", "", effect_words(each.code, "en"), hint)


def _flag(value: Any) -> bool:
    return str(value).strip().lower() not in _NO


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text).strip()


def _defect(defect: str, name: str, seen: str, reason: str, hint: str) -> Defect:
    return Defect(
        code=f"node.importing.{defect}", field=name, seen=seen[:MAX_SEEN_CHARACTERS], reason=reason, hint=hint
    )
