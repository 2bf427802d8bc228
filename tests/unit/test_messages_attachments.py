"""Attachments: what a message says of them, what is refused before it is sent, which are promised to us."""

from dataclasses import replace

import pytest
from tests.messages_line import Line, agreement, free_text, warning

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.attachments import MAX_ATTACHMENTS, MAX_PROMISED_BYTES, Attachment, Promised
from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.bodies import promised_in
from coupefeu.services.messages import SERVICE, render_message
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.forms import FORM_RULES, encode_content, read_content
from coupefeu.services.messages.promised import PROMISED
from coupefeu.wire.cbor import encode

COMMITMENT = bytes(range(32))
AGREED = agreement().budgets.attachment_bytes


def said(*attachments, **fields):
    return free_text("See the map.", attachments=attachments, **fields)


def promised(line, side):
    return [
        (row["log"], row["idx"], row["number"], row["name"], row["size"], row["commitment"], row["to_us"])
        for row in line.sides[side].rows((PROMISED.select(), {}))
    ]


def test_a_body_comes_back_as_it_was_written_and_one_without_is_as_it_was():
    content = said(Promised("map.png", 70_000, COMMITMENT), Promised("Карта — 2", 1, bytes(32)))
    assert read_content(encode_content(content)) == (content, "")
    assert encode_content(free_text("As ever.")).hex() == "a300030100036841732065766572" + "2e"


def test_every_form_that_people_write_may_carry_them():
    carrying = {form for form, rule in FORM_RULES.items() if "attachments" in rule.may}
    assert carrying == set(Form) - {Form.LINE_TEST}


@pytest.mark.parametrize(
    "promise",
    [
        Promised("", 1, COMMITMENT),
        Promised("x" * 121, 1, COMMITMENT),
        Promised("two\nlines", 1, COMMITMENT),
        Promised("gnp.\u202epam", 1, COMMITMENT),
        Promised("a\x00b", 1, COMMITMENT),
        Promised("a\u2028b", 1, COMMITMENT),
        Promised("empty", 0, COMMITMENT),
        Promised("huge", MAX_PROMISED_BYTES + 1, COMMITMENT),
        Promised("short", 1, COMMITMENT[:31]),
        Promised("long", 1, COMMITMENT + b"\x00"),
    ],
)
def test_what_may_not_be_promised_is_shown_marked_and_never_asked_for(promise):
    line = Line()
    fine = Promised("fine", 1, COMMITMENT)
    message = line.hostile(1, body=encode_content(said(fine, promise)))
    assert line.status(0, message).effect == "bad_attachments"
    assert line.status(0, message).original == "See the map."
    assert promised(line, 0) == []


def test_nine_are_one_too_many():
    line = Line()
    eight = tuple(Promised(f"{number}", 1, COMMITMENT) for number in range(MAX_ATTACHMENTS))
    assert line.status(0, line.hostile(1, body=encode_content(said(*eight)))).effect == ""
    nine = said(*eight, Promised("9", 1, COMMITMENT))
    assert line.status(0, line.hostile(1, body=encode_content(nine))).effect == "bad_attachments"
    assert len(promised(line, 0)) == MAX_ATTACHMENTS


@pytest.mark.parametrize(
    "value",
    [7, [7], [["name", 1]], [["name", 1, COMMITMENT, 1]], [["name", -1, COMMITMENT]], [[b"name", 1, COMMITMENT]],
     [["name", True, COMMITMENT]], [["name", 1, "x" * 32]], {0: 1}],
)  # fmt: skip
def test_any_other_value_makes_the_body_unreadable(value):
    body = {0: 3, 1: 0, 3: "x"}
    assert read_content(encode(body | {13: []})) == (free_text("x"), "")
    assert read_content(encode(body | {13: value})) == (None, "unreadable_body")


def test_a_line_test_carries_none():
    test = Content(
        form=Form.LINE_TEST, subject=Subject.SERVICE, template=1, attachments=(Promised("a", 1, COMMITMENT),)
    )
    assert read_content(encode_content(test))[1] == "unexpected_attachments"


def test_they_are_wanted_by_those_addressed_and_by_nobody_else():
    line = Line()
    promise = Promised("map.png", 9, COMMITMENT)
    line.hostile(1, body=encode_content(said(promise)), to_posts=("us.chief", "ru.chief"))
    line.hostile(1, body=encode_content(said(promise)), to_posts=("ru.chief", "usa.duty", ""))
    assert [row[-1] for row in promised(line, 0)] == [True, False]
    assert [row[-1] for row in promised(line, 1)] == [False, False], "our own are not ours to fetch"
    assert promised(line, 0)[0] == (1, 0, 0, "map.png", 9, COMMITMENT, True)


# --- before it is sent


def draft(*attachments, content=None):
    line = Line()
    command = Say(
        content=content or free_text("See the map."),
        from_post="us.duty",
        precedence=Precedence.FLASH,
        language="en",
        attachments=attachments,
    )
    (made,) = SERVICE.decide(command, [], line.sides[0].context(0))
    return made


def test_the_body_names_them_once_their_commitments_are_known():
    made = draft(Attachment(name="a", content=b"12"), Attachment(name="b", content=b"345"), content=warning())
    assert made.attached.contents == (b"12", b"345")
    body = made.attached.body_with((COMMITMENT, bytes(32)))
    assert len(body) == len(made.body)
    content, effect = read_content(body)
    assert effect == ""
    assert content.attachments == (Promised("a", 2, COMMITMENT), Promised("b", 3, bytes(32)))
    assert draft().attached is None


@pytest.mark.parametrize(
    ("attachments", "error", "code", "says"),
    [
        ([("a", b"x" * (AGREED + 1))], PolicyError, "attachment_bytes", f"{AGREED + 1:,} bytes, agreed is at most"),
        ([("a", b"")], UsageError, "attachment_empty", "is empty"),
        ([("a\u202eb", b"x")], UsageError, "attachment_name", "⟦U+202E⟧"),
        ([("", b"x")], UsageError, "attachment_name", "cannot be named"),
        ([("a", b"x")] * 9, UsageError, "attachment_count", "9 attachments, at most 8"),
    ],
)  # fmt: skip
def test_what_the_other_side_would_not_take_is_refused_with_what_to_do(attachments, error, code, says):
    with pytest.raises(error) as refused:
        draft(*(Attachment(name=name, content=content) for name, content in attachments))
    assert refused.value.code == f"services.messages.{code}"
    assert says in refused.value.message
    assert refused.value.hint
    assert draft(Attachment(name="a", content=b"x" * AGREED)).attached.contents == (b"x" * AGREED,)


def test_nobody_makes_up_a_commitment():
    with pytest.raises(UsageError) as refused:
        draft(content=said(Promised("a", 1, COMMITMENT)))
    assert refused.value.code == "services.messages.unexpected_attachments"


def test_names_that_fill_the_body_are_refused_with_its_size():
    long = [Attachment(name=f"{number}" + "я" * 119, content=b"x") for number in range(8)]
    with pytest.raises(UsageError) as refused:
        draft(*long, content=free_text("x" * 6_000))
    assert refused.value.code == "services.messages.too_long"
    assert draft(*long, content=free_text("x" * 5_000)).attached is not None


# --- how they stand at the reader


def test_a_reader_sees_which_are_here_awaited_beyond_or_not_for_us():
    line = Line()
    promises = [
        Promised("a", 1, COMMITMENT),
        Promised("b", AGREED, COMMITMENT),
        Promised("c", AGREED + 1, COMMITMENT),
    ]
    content = encode_content(said(*promises))
    message = line.hostile(1, body=content)
    states = [
        each.state.value for each in line.status(0, message, attachments_held=frozenset({0})).attachments
    ]
    assert states == ["held", "awaited", "beyond"]
    elsewhere = line.hostile(1, body=content, to_posts=("ru.chief",))
    assert {each.state.value for each in line.status(0, elsewhere).attachments} == {"not-ours"}
    assert {each.state.value for each in line.status(1, message, attachments_held={0, 1, 2}).attachments} == {
        "held"
    }
    shown = render_message(line.status(0, message, attachments_held={0}), line.sides[0].context(0), "en")
    assert "   Attachment 0: a, 1 bytes: here\n" in shown
    assert "   Attachment 1: b, 1,048,576 bytes: not here yet\n" in shown
    assert "   Attachment 2: c, 1,048,577 bytes: not fetched, agreed is at most 1,048,576 bytes\n" in shown


@pytest.mark.parametrize(
    ("language", "begins"),
    [("en", "Attachment 0: "), ("fr", "Pièce jointe 0\u202f: "), ("ru", "Вложение 0: ")],
)
def test_a_name_is_said_in_the_readers_language_and_forges_no_mark(language, begins):
    line = Line()
    message = line.hostile(1, body=encode_content(said(Promised("Карта ⟦", 1, COMMITMENT))))
    shown = render_message(line.status(0, message), line.sides[0].context(0), language)
    assert f"   {begins}Карта ⟦U+27E6⟧, " in shown


def test_only_a_message_promises_anything_whatever_another_entry_holds():
    body = encode_content(said(Promised("a", 1, COMMITMENT)))
    head = Head(
        kind=Kind.MESSAGE, from_post="us.duty", to_posts=("ru.duty",), precedence=Precedence.ROUTINE, written_ms=0,
        language="en", agreement_version=1,
    )  # fmt: skip
    assert promised_in(head, body) == (Promised("a", 1, COMMITMENT),)
    assert promised_in(replace(head, kind=9_000), body) == ()
    assert promised_in(head, b"") == ()
    assert promised_in(head, encode_content(said(Promised("", 1, COMMITMENT)))) == ()
