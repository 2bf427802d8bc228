"""Lists and searches of many messages say what a walk through all of them would."""

import itertools
import random

import pytest
from tests.messages_line import Line, contact, free_text, warning

from coupefeu.model.attachments import Promised
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages import listed, texts
from coupefeu.services.messages.forms import encode_content, read_content
from coupefeu.services.messages.listed import (
    MessageFilter,
    count_listed,
    select_found,
    select_listed,
    select_window,
)
from coupefeu.services.messages.views import FACTS, MESSAGES

WORDS = ("Наш самолёт отклонился", "Étape à midi", "Straße", "our patrol", "100% of it_x", "x'); DROP TABLE")
PHRASE = Content(form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=1, slots=("Карелия",))


@pytest.fixture(scope="module")
def side():
    draw, line = random.Random(3), Line()
    for number in range(120):
        subject = draw.choice((Subject.SAFETY, Subject.NOTICE, Subject.PROTEST))
        precedence = draw.choice((Precedence.IMMEDIATE, Precedence.ROUTINE))
        text = free_text(f"{draw.choice(WORDS)} {number}", subject)
        line.say(draw.randrange(2), text, precedence=precedence)
    asked = line.say(0, warning(place="Кобани"), precedence=Precedence.FLASH)
    line.say(0, contact(counterpart="Général"))
    line.say(1, PHRASE)
    line.say(0, Content(form=Form.CORRECTION, subject=Subject.SAFETY, text="not there"), about=asked)
    line.hostile(1, Kind.MESSAGE, body="не читается\x00".encode())
    line.hostile(1, 199, body=b"\x00abc")
    return line.sides[0]


def arrivals(side, statement):
    return [row["arrival"] for row in side.rows(statement)]


def walk(side, wanted):
    """Look at every message, newest first, without any of the statements under test."""
    for row in side.rows((MESSAGES.select().order_by(MESSAGES.c.arrival.desc()), {})):
        asked = ("precedence", "log", "form", "subject")
        passes = all(getattr(wanted, name) in {None, row[name]} for name in asked)
        content = read_content(row["body"])[0] if row["form"] is not None else None
        said = (
            row["body"].decode("utf-8", "replace") if content is None else "\n".join(texts.texts_of(content))
        )
        if passes and texts.fold(wanted.text.strip()) in texts.fold(said).replace("\0", "\u2400"):
            yield row["arrival"]


FILTERS = [
    MessageFilter(precedence=precedence, log=log, form=form, subject=subject)
    for precedence, log, form, subject in itertools.product(
        (None, Precedence.FLASH, Precedence.IMMEDIATE), (None, 1),
        (None, Form.WARNING, Form.FREE_TEXT), (None, Subject.PROTEST),
    )
]  # fmt: skip


@pytest.mark.parametrize("wanted", FILTERS)
def test_a_window_is_that_of_the_whole_filtered_list(side, wanted):
    everything = list(walk(side, wanted))
    ((count,),) = (row.values() for row in side.rows(count_listed(wanted)))
    assert count == len(everything)
    for offset, limit in ((0, 200), (0, 7), (5, 7), (len(everything), 3)):
        expected = everything[offset : offset + limit]
        assert arrivals(side, select_listed(wanted, offset, limit)) == expected


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("САМОЛЕТ", True), ("самолёт", True), ("e\u0301TAPE", True), ("étape", True), ("etape", False),
        ("STRASSE", True), ("100% of it_X", True), ("100%it", False), ("'); drop", True), ("кобани", True),
        ("GÉNÉRAL", True), ("карелия", True), ("не читается", True), ("  our patrol  ", True), ("abc", True),
        ("15", True), ("nowhere", False),
    ],
)  # fmt: skip
def test_a_search_finds_what_is_written_and_nothing_else(side, text, is_there):
    for wanted in (MessageFilter(text=text), MessageFilter(text=text, log=1, precedence=Precedence.ROUTINE)):
        everything = list(walk(side, wanted))
        rows = side.rows(select_found(wanted, 0, 500))
        assert [row["arrival"] for row in rows] == everything
        assert {row["total"] for row in rows} <= {len(everything)}
        window = side.rows(select_found(wanted, 2, 3))
        assert [row["arrival"] for row in window] == everything[2:5]
        assert {row["total"] for row in window} <= {len(everything)}
    assert bool(side.rows(select_found(MessageFilter(text=text), 0, 1))) is is_there


def test_a_search_looks_at_the_newest_alone_beyond_its_bound(side, monkeypatch):
    wanted = MessageFilter(text="кобани")
    assert len(side.rows(select_found(wanted, 0, 9))) == 1
    monkeypatch.setattr(listed, "MAX_SEARCHED", 3)
    assert side.rows(select_found(wanted, 0, 9)) == []
    assert len(side.rows(select_found(MessageFilter(text="not there"), 0, 9))) == 1


def test_a_window_brings_the_acts_about_its_messages_and_no_others(side):
    (asked,) = arrivals(side, select_listed(MessageFilter(form=Form.WARNING), 0, 9))
    messages, acts = map(side.rows, select_window([asked]))
    assert [row["arrival"] for row in messages] == [asked]
    assert [row["kind"] for row in acts] == [Kind.MESSAGE]  # the correction
    assert len(side.rows((FACTS.select(), {}))) == 1
    assert [side.rows(each) for each in select_window([])] == [[], []]


def test_the_words_of_every_field_are_searched():
    said = Content(
        form=Form.WARNING, subject=Subject.SAFETY, officer="OFFICER", text="TEXT", place="PLACE", numbers=("17",),
        counterpart="COUNTERPART", slots=("SLOT", 4), attachments=(Promised("NAME", 1, bytes(32)),),
    )  # fmt: skip
    found = texts.searched(encode_content(said), said)
    assert set(found.split("\n")) == {"officer", "text", "place", "17", "counterpart", "slot", "name"}


@pytest.mark.parametrize("text", ["ЁЛКА", "ёлка", "е\u0308лка", "Елка"])
def test_the_dots_of_yo_make_no_difference(text):
    assert texts.fold(text) == "елка"


def test_a_short_i_is_another_letter():
    assert texts.fold("ЙОД") == "йод" != texts.fold("иод")
