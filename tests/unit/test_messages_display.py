"""Hostile text: stored exactly, shown harmless and marked."""

import re

import pytest
from tests.messages_line import Line, free_text
from tests.shared import shared_json, shared_jsonl

from coupefeu.model.entry import Kind
from coupefeu.services.messages import render_message
from coupefeu.services.messages.display import MAX_NAMED_OF_KIND, Warned, find_untypable, show, show_line
from coupefeu.services.messages.facts import Act, encode_act

EXPECTED = {
    "rlo-reverses-order": Warned.DIRECTION, "rlo-hides-not": Warned.DIRECTION, "isolate-swap": Warned.DIRECTION,
    "pop-leak": Warned.DIRECTION, "lri-rli-nest": Warned.DIRECTION, "zwsp-in-word": Warned.INVISIBLE,
    "zwj": Warned.INVISIBLE, "word-joiner": Warned.INVISIBLE, "bom-inside": Warned.INVISIBLE,
    "soft-hyphen": Warned.INVISIBLE, "cyrillic-a": Warned.LOOK_ALIKE, "homoglyph-post": Warned.LOOK_ALIKE,
    "greek-omicron": Warned.LOOK_ALIKE, "fullwidth": Warned.LOOK_ALIKE, "math-bold": Warned.LOOK_ALIKE,
    "nfc": None, "nfd": None, "angstrom": Warned.LOOK_ALIKE, "combining-flood": Warned.FLOOD,
    "arabic-digits": Warned.DIGIT, "devanagari-digits": Warned.DIGIT, "superscript-digits": Warned.DIGIT,
    "line-sep": Warned.INVISIBLE, "next-line": Warned.CONTROL, "nul": Warned.CONTROL, "esc-ansi": Warned.CONTROL,
    "osc-title": Warned.CONTROL, "osc8-link": Warned.CONTROL, "bel-bs": Warned.CONTROL,
    "cr-overwrite": Warned.CONTROL, "tag-chars": Warned.INVISIBLE, "variation-selectors": Warned.INVISIBLE,
    "unassigned": Warned.INVISIBLE, "noncharacter": Warned.INVISIBLE, "private-use": Warned.INVISIBLE,
    "zalgo-name": None, "emdash-note-sig": Warned.SIGNATURE_LINE, "blank-line-note": Warned.SIGNATURE_LINE,
    "dotless-i": None, "sharp-s": None, "turkish-case": None, "long-word": None, "minus-signs": Warned.MINUS,
    "degree-like": Warned.LOOK_ALIKE, "nbsp-number": Warned.SPACE, "html": None, "csv-formula": None,
    "template": None,
}  # fmt: skip

ALSO = {"fullwidth": {Warned.DIGIT}}


def test_every_hostile_text_is_marked_for_what_it_is():
    texts = {item["name"]: item["text"] for item in shared_json("data/hostile/unicode.json")}
    assert texts.keys() == EXPECTED.keys()
    for name, what in EXPECTED.items():
        found = {finding.what for finding in show(texts[name]).findings}
        assert found - ALSO.get(name, set()) == ({what} if what else set()), name


def test_hostile_texts_are_stored_exactly_on_both_sides():
    texts = [item["text"] for item in shared_json("data/hostile/unicode.json")]
    texts += [text for text in shared_json("data/hostile/naughty-strings.json") if text]
    line = Line()
    for text in (text for text in texts if len(text) < 2_000):
        message = line.say(0, free_text(text))
        status = line.status(1, message)
        assert status.original == text
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", status.shown.text
        )


def test_ordinary_texts_of_six_languages_are_hardly_marked():
    rows = shared_jsonl("data/messages/udhr.jsonl")
    for row in rows:
        for language in ("en", "fr", "ru"):
            text = row.get(language) or row.get("text", "")
            if language in row or row.get("lang") == language:
                assert not show(text).findings, (language, text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Do \u202eton\u202c go", "Do ⟦U+202E⟧ton⟦U+202C⟧ go"),
        ("Р\u0430ris".replace("Р", "P"), "P⟦\u0430 U+0430⟧ris"),
        ("\n\u2014 line.example/us AAAA", "\n⟦U+2014⟧ line.example/us AAAA"),
        ("⟦U+202E⟧", "⟦U+27E6⟧U+202E⟦U+27E7⟧"),
        ("HOLD\rFIRE", "HOLD⟦U+000D⟧FIRE"),
        ("one\r\ntwo", "one\ntwo"),
        ("Z\u0301\u0301\u0301\u0301\u0301", "Z\u0301\u0301⟦U+0301⟧"),
        ("10\u201312, état — « oui »\u202f!", "10\u201312, état — « oui »\u202f!"),
        ("Приказ № 5 — ИЛ-20, США", "Приказ № 5 — ИЛ-20, США"),
    ],
)
def test_how_it_is_shown(text, shown):
    assert show(text).text == shown


def test_a_finding_names_position_and_character():
    (finding,) = show("ab\u202ec").findings
    assert (finding.position, finding.name) == (2, "U+202E RIGHT-TO-LEFT OVERRIDE")


def test_a_label_stays_on_its_line():
    assert show_line("General\nOUTCOME\tSTOPPED") == "General⟦U+2028⟧OUTCOME STOPPED"


def test_an_endless_text_is_shown_shortened():
    shown = show("x" * 30_000)
    assert len(shown.text) < 24_586
    assert [finding.what for finding in shown.findings] == [Warned.SHORTENED]


@pytest.mark.timeout(30)  # what grew faster than the text took minutes for some of these
@pytest.mark.parametrize("text", ["оо ", "\n", "\n\u2014 x", "o\u0301\u0301\u0301", "\u202e", "ﬁ", "оa "])
def test_looking_at_a_text_costs_no_more_than_it_is_long(text):
    body = text * (30_000 // len(text.encode())) + "é"
    assert all(show(body).text for _ in range(4))


def test_a_word_of_look_alikes_is_marked_in_a_latin_text_only():
    assert find_untypable("The СОР is near") == "U+0421 CYRILLIC CAPITAL LETTER ES"
    assert not find_untypable("СОР рядом")


def test_a_message_whose_marked_fields_are_long_is_rendered_whole():
    line = Line()
    passages = tuple(f"{number:02d} " + "x" * 390 for number in range(10))
    message = line.say(0, free_text(" ".join(passages), passages=passages))
    act = Act(text="\u202e" * 500)
    line.hostile(1, Kind.SAY_AGAIN, encode_act(act), (message,))
    for language in ("en", "fr", "ru"):
        shown = render_message(line.status(1, message), line.sides[1].context(line.now_ms), language)
        assert " / ".join(passages) in shown
        assert "⟦U+202E⟧" * 500 in shown


def test_what_is_found_is_named_once_and_a_few_of_each_kind_while_all_of_it_is_marked():
    shown = show("\x01" * 7_000)
    assert [(each.what, each.position) for each in shown.findings] == [(Warned.CONTROL, 0)]
    assert shown.text.count("⟦U+0001⟧") == 7_000
    alphabet = "".join(map(chr, range(0x1D400, 0x1D434)))
    shown = show(alphabet + "\u202e")
    assert len(shown.findings) == MAX_NAMED_OF_KIND + 1
    assert shown.findings[-1].what is Warned.DIRECTION, "no flood of one kind hides another"
    assert shown.text.count("⟦") == len(alphabet) + 1
