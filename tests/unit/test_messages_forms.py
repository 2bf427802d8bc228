"""Forms: what each carries, bytes and back, what is refused and what is only marked."""

from itertools import product

import pytest
from tests.messages_line import START_MS, Line, contact, free_text, warning
from tests.shared import shared_file, shared_json

from coupefeu.errors import CoupefeuError, PolicyError, UsageError
from coupefeu.model.logs import MAX_INCARNATION
from coupefeu.model.messages import (
    Channel,
    Content,
    Form,
    Operative,
    OutcomeCode,
    format_number,
    parse_number,
)
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.facts import Act, act_defect, encode_act, read_act
from coupefeu.services.messages.forms import critical_fields, defect, encode_content, read_content
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.wire.cbor import encode

TEXT = "Our aircraft turned south at 0412."
CLARIFICATION = {"subject": Subject.CLARIFICATION, "text": TEXT}
EXAMPLES = (
    Content(form=Form.SERVICE_MESSAGE, subject=Subject.SERVICE, text="Maintenance at noon."),
    free_text(TEXT, passages=("0412",), officer="Captain on watch"),
    warning(),
    warning(operative=Operative.SPARE, time_ms=START_MS, text="A hospital.", passages=("hospital",)),
    Content(form=Form.REQUEST_FOR_EXPLANATION, place="Chukotka", **CLARIFICATION),
    Content(form=Form.REPLY, time_ms=START_MS, **CLARIFICATION),
    Content(form=Form.CORRECTION, subject=Subject.SAFETY, text=TEXT, place="35.32 N"),
    Content(form=Form.CANCELLATION, subject=Subject.SAFETY),
    contact(channel=Channel.LETTER),
    Content(form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=12, slots=("Deir ez-Zor", "-7.5")),
    Content(form=Form.STANDARD_PHRASE, subject=Subject.NOTICE, phrase=20),
    Content(form=Form.LINE_TEST, subject=Subject.SERVICE, template=1),
)


@pytest.mark.parametrize("content", EXAMPLES, ids=lambda content: content.form.name)
def test_every_form_comes_back_as_it_was_written(content):
    assert read_content(encode_content(content)) == (content, "")


def test_every_form_has_an_example():
    assert {content.form for content in EXAMPLES} == set(Form)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (free_text(""), "missing_text"),
        (warning(place=""), "missing_place"),
        (warning(operative=None), "missing_operative"),
        (warning(numbers=("\u22125",)), "bad_numbers"),
        (warning(numbers=("1e5",)), "bad_numbers"),
        (warning(numbers=("5",) * 9), "bad_numbers"),
        (warning(time_ms=START_MS + 1), "bad_time_ms"),
        (free_text(place="Paris"), "unexpected_place"),
        (free_text(channel=Channel.LETTER), "unexpected_channel"),
        (free_text(passages=("not in it",)), "bad_passages"),
        (free_text(officer="x" * 81), "long_officer"),
        (Content(form=Form.SERVICE_MESSAGE, subject=Subject.PROTEST, text="x"), "subject_not_of_form"),
        (Content(form=Form.STANDARD_PHRASE, subject=Subject.PROTEST, phrase=20), "subject_not_of_form"),
        (Content(form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=25), "bad_phrase"),
        (Content(form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=1, slots=(START_MS,)), "bad_phrase"),
        (Content(form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=2, slots=("x", "noon")), "bad_phrase"),
        (Content(form=Form.LINE_TEST, subject=Subject.SERVICE, template=7), "bad_template"),
    ],
)  # fmt: skip
def test_a_defect_is_named_by_its_field(content, reason):
    assert defect(content) == reason
    with pytest.raises(UsageError) as refused:
        Line().say(0, content)
    assert refused.value.code == f"services.messages.{reason}"
    assert refused.value.hint


def test_the_phrase_book_has_24_phrases_with_typed_slots():
    assert list(PHRASES) == list(range(1, 25))
    assert {kind.value for slots in PHRASES.values() for kind in slots} == {"place", "time", "number"}
    assert all(len(set(slots)) == len(slots) for slots in PHRASES.values()), "slots are named by their kind"


def test_critical_fields_are_the_operative_word_places_times_and_numbers():
    content = warning(time_ms=START_MS, text=TEXT, passages=("0412",))
    found = [(field.kind.value, field.value) for field in critical_fields(content)]
    assert found == [
        ("word", "STOP"), ("place", "35.31 N 40.13 E"), ("time", "240312Z MAR 22"), ("number", "15"),
        ("passage", "0412"),
    ]  # fmt: skip
    assert critical_fields(free_text(TEXT)) == ()
    cancellation = Content(form=Form.CANCELLATION, subject=Subject.SAFETY)
    assert [field.value for field in critical_fields(cancellation, "US/14")] == ["US/14"]


def test_a_protest_is_never_flash():
    line = Line()
    protest = free_text("We protest.", subject=Subject.PROTEST)
    with pytest.raises(PolicyError) as refused:
        line.say(0, protest, Precedence.FLASH)
    assert refused.value.code == "services.messages.protest_flash"
    assert line.say(0, protest, Precedence.IMMEDIATE) == (0, 0)


def test_from_to_and_language_are_those_of_the_agreement():
    line = Line()
    refusals = [
        ({"from_post": "ru.duty"}, "services.messages.foreign_post"),
        ({"from_post": "us.cook"}, "model.agreement.no_post"),
        ({"to_posts": ("us.chief",)}, "services.messages.own_post"),
        ({"to_posts": ("ru.cook",)}, "model.agreement.no_post"),
        ({"language": "de"}, "services.messages.language"),
    ]
    for fields, code in refusals:
        with pytest.raises(CoupefeuError) as refused:
            line.say(0, free_text(), **fields)
        assert refused.value.code == code
    assert line.sizes == [0, 0]


def test_a_flash_goes_to_the_desk_and_the_rest_to_the_counterpart():
    line = Line()
    flash = line.say(0, warning(), Precedence.FLASH, from_post="us.chief")
    routine = line.say(0, free_text(), from_post="us.chief")
    assert line.status(1, flash).to_posts == ("ru.duty",)
    assert line.status(1, routine).to_posts == ("ru.chief",)


def test_the_1962_message_is_stored_exactly():
    text = shared_file("data/messages/kennedy-1962-10-28.txt").read_text("utf-8")
    line = Line()
    message = line.say(0, free_text(text, passages=("Eielson Air Force Base",)), Precedence.IMMEDIATE)
    assert line.status(1, message).original == text
    assert line.status(1, message).shown.text == text


def test_a_text_beyond_the_body_is_refused_with_its_size():
    with pytest.raises(UsageError) as refused:
        Line().say(0, free_text("я" * 5_000))
    assert refused.value.code == "services.messages.too_long"
    assert "10,009 bytes, at most 8,192" in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    "held", ["1\u00a0000", "3\u0665", "\u0410BC", "con\u200bfirm", "cafe\u0301", "\u212b"]
)
def test_what_cannot_be_typed_anew_is_refused_as_critical(held):
    with pytest.raises(UsageError) as refused:
        Line().say(0, free_text(f"Mark {held} here", passages=(held,)))
    assert refused.value.code == "services.messages.untypable"
    assert Line().say(0, free_text(f"Mark {held} here")) == (0, 0), "unmarked, it is only shown marked"


def test_any_bytes_are_read_or_named_and_never_raise():
    assert read_content(b"") == (None, "unreadable_body")
    assert read_content(encode([1])) == (None, "unreadable_body")
    assert read_content(encode({0: 99, 1: 0})) == (None, "unknown_form")
    assert read_content(encode({0: True, 1: 0, 3: "x"})) == (None, "unreadable_body")
    assert read_content(encode({0: 3, 1: 9, 3: "x"})) == (None, "unreadable_body")
    assert read_content(encode({0: 3, 1: 0, 3: 7})) == (None, "unreadable_body")
    content, effect = read_content(encode({0: 3, 1: 0, 3: "x", 14: 1}))
    assert (content.text, effect) == ("x", "unknown_field")
    for item in shared_json("data/hostile/cbor-hostile.json").values():
        octets = bytes.fromhex(item)
        assert read_content(octets)[0] is None
        assert read_act(18, octets)[1] in {"unreadable_body", ""}


@pytest.mark.parametrize(
    ("kind", "act", "reason"),
    [
        (23, Act(), "missing_outcome"),
        (23, Act(outcome=OutcomeCode.PASSED_TO), "missing_recipient"),
        (23, Act(outcome=OutcomeCode.CANNOT, text=" "), "missing_reason"),
        (23, Act(outcome=OutcomeCode.STOPPED_AT), "missing_time"),
        (23, Act(outcome=OutcomeCode.NOT_OURS), ""),
        (22, Act(), "missing_recipient"),
        (20, Act(), "missing_typed"),
        (20, Act(typed=("x" * 1_001,)), "long_typed"),
        (17, Act(), "missing_screens"),
        (18, Act(officer="x" * 81), "long_officer"),
        (21, Act(field=0), ""),
        (21, Act(field=31), ""),
        (21, Act(field=32), "bad_field"),
        (21, Act(field=(1 << 63) - 1), "bad_field"),
    ],
)
def test_an_act_says_what_it_must(kind, act, reason):
    assert act_defect(kind, act) == reason
    assert read_act(kind, encode_act(act)) == (act, reason)


def test_an_act_with_a_field_of_a_later_version_is_read_and_named():
    act, effect = read_act(18, encode({0: "Captain", 7: 1}))
    assert (act.officer, effect) == ("Captain", "unknown_field")
    assert read_act(22, encode({7: 1}))[1] == "missing_recipient", (
        "what is wrong by our own rules comes first"
    )


@pytest.mark.parametrize(
    "bad",
    [
        "US14",
        "US/",
        "DE/3",
        "US/-1",
        "US/\u0663",
        "US/1.0",
        "",
        "US/" + "9" * 30,
        "US.1/0",
        "US.02/0",
        "US./0",
        "US.10000/0",
        "US.2.2/0",
        "US.\u0662/0",
    ],
)
def test_message_numbers(bad):
    parties = ("us", "ru")
    for log, index in product((0, 1, 2, 7, 2 * MAX_INCARNATION - 1), (0, 14, 10**6)):
        assert parse_number(format_number((log, index), parties), parties) == (log, index)
    assert [format_number((log, 5), parties) for log in (0, 1, 2, 5)] == ["US/5", "RU/5", "US.2/5", "RU.3/5"]
    assert format_number((2 * MAX_INCARNATION, 1), parties) == "?19998/1"
    with pytest.raises(UsageError):
        parse_number(bad, parties)
