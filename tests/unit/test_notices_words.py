"""Whatever is said of a notice has its words, in every language, wherever an entry is shown."""

import json
import re
from types import SimpleNamespace

import pytest
from tests.documents import ROOT
from tests.stores import AGREEMENT
from tests.unit.test_notices_service import CONVOY

from coupefeu.cli.proved_entry import entry_lines
from coupefeu.model.entry import Kind
from coupefeu.model.notices import Answer, NoticeForm, Settlement
from coupefeu.model.places import Position
from coupefeu.model.volumes import Circle, Volume
from coupefeu.node.passing.told import told_of
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.communique.reading import say_entry
from coupefeu.services.notices.facts import KINDS, NoticeFact, encode_notice
from coupefeu.services.notices.forms import FORMS, FieldKind
from coupefeu.services.notices.render import effect_words, field_words
from coupefeu.services.notices.said import notice_said
from coupefeu.services.notices.status import CounterState, NoticeState, RequestState
from coupefeu.services.said import said_key
from coupefeu.testing.author import Author
from coupefeu.words import LANGUAGES, has, say

VECTORS = ROOT / "tests" / "vectors" / "entries-v1.json"
BODIES = [each for each in json.loads(VECTORS.read_text("utf-8"))["bodies"] if each["kind"] in KINDS]
ROOM = ROOT / "src" / "coupefeu" / "services" / "notices"


def test_every_form_field_and_choice_has_its_name():
    for form, rule in FORMS.items():
        assert has(f"notices-form-{int(form)}")
        for field in rule.fields:
            assert has(f"notices-field-{int(form)}-{field.number}")
            for choice in range(1, field.choices + 1):
                assert has(f"notices-choice-{int(form)}-{field.number}-{choice}")
        assert len({each.name for each in rule.fields}) == len(rule.fields)


def test_every_state_answer_and_settlement_has_its_name():
    for name, states in (("state", NoticeState), ("request", RequestState), ("counter", CounterState)):
        assert all(has(f"notices-{name}-{each.value}") for each in states)
    assert all(has(f"notices-answer-{int(each)}") for each in Answer)
    assert all(has(f"notices-settlement-{int(each)}") for each in Settlement)


def test_every_reason_why_something_has_no_effect_has_its_words():
    reasons = {each["reason"] for each in BODIES} - {""}
    for path in ROOM.glob("*.py"):
        reasons |= set(re.findall(r'refuse\(\s*"([a-z_]+)"', path.read_text("utf-8")))
        reasons |= set(re.findall(r'code="([a-z_]+)"', path.read_text("utf-8")))
    for name in ("standing", "answering", "views"):
        reasons |= set(re.findall(r'return "([a-z]+_[a-z_]+)"', (ROOM / f"{name}.py").read_text("utf-8")))
    reasons |= {
        "own_notice",
        "not_addressed",
        "no_such_version",
        "not_asked",
        "foreign_post",
        "missing_reference",
    }
    assert len(reasons) > 40
    assert [each for each in sorted(reasons) if not has(f"notices-effect-{each.replace('_', '-')}")] == []
    assert all(effect_words(each, language) for each in reasons for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_a_defect_or_a_change_names_is_named(language):
    for name in (
        "title", "volumes", "volumes.2", "volumes.2.shape", "volumes.2.lower", "volumes.2.upper", "volumes.2.window",
        "fields.3", "movement", "check_points.1", "wants_answer", "units.2", "remarks", "officer", "words",
        "positions.4", "content", "form",
    ):  # fmt: skip
        assert field_words(name, language, CONVOY.form)


def test_what_every_entry_says_has_words():
    for each in BODIES:
        rows = notice_said(each["kind"], bytes.fromhex(each["body"]))
        assert bool(rows) is (not each["reason"] and each["body"] != "a0")
        for code, _ in rows:
            assert has(said_key(code)), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proved_notice_is_said_in_the_language_of_its_reader(language):
    head = Author(AGREEMENT, "us").head(Kind.NOTICE_FILED)
    said = say_entry(head, encode_notice(CONVOY), AGREEMENT.party_ids, language)
    names = dict(said.fields)
    assert names[say("notices-form-6", language)] == CONVOY.title
    assert names[say("notices-field-6-1", language)] == "Relief organisation"
    assert say("notices-choice-6-2-2", language) in names
    assert names[say("notices-circle", language)] == "31.5000000N 34.4500000E, 500.0 m"


def test_verify_says_what_a_notice_says():
    head = Author(AGREEMENT, "us").head(Kind.NOTICE_FILED)
    lines = entry_lines(head, encode_notice(CONVOY), AGREEMENT)
    assert f"It says: Humanitarian movement: {CONVOY.title}" in lines
    assert "It says: Up to: 3000 ft AMSL" in lines
    assert "Its content cannot be read here." in entry_lines(head, b"\xff", AGREEMENT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_peer_puts_into_a_field_that_its_form_has_not_so_stops_nobody(language, tmp_path):
    """A choice that there is not, a flag that is none, a field of no form: a unit reads them as they were written."""
    form = NoticeForm.MILITARY_ACTIVITY
    numbers = {each.kind: each.number for each in FORMS[form].fields}
    fields = {numbers[FieldKind.CHOICE]: 999, 77: "odd"} | {
        number: "no" for kind, number in numbers.items() if kind in {FieldKind.FLAG, FieldKind.TIME}
    }
    place = Position(lat_e7=0, lon_e7=0)
    fact = NoticeFact(
        form=form,
        title="x",
        volumes=(
            Volume(
                shape=Circle(centre=place, radius_dm=0), lower=None, upper=None, start_ms=None, end_ms=None
            ),
        ),
        fields=fields,
    )
    notice = SimpleNamespace(fact=fact, from_post="ru.duty")
    told = {each.label: each.lines for each in told_of(notice, Gazetteer.of(tmp_path), language)}
    assert told[field_words(f"fields.{numbers[FieldKind.CHOICE]}", language, form)] == ("999",)
    assert "77" in field_words("fields.77", language, form)
    if FieldKind.FLAG in numbers:
        assert told[field_words(f"fields.{numbers[FieldKind.FLAG]}", language, form)] == ("no",)
