"""Read-back: what is the same, what is not, and by which name a difference is shown."""

import unicodedata
from difflib import SequenceMatcher

import pytest
from tests.messages_line import warning

from coupefeu.model.messages import Content, CriticalField, FieldKind, Form, Operative
from coupefeu.model.precedence import Subject
from coupefeu.services.messages import readback
from coupefeu.services.messages.forms import critical_fields
from coupefeu.services.messages.readback import MAX_DIFFERENCES, DifferenceKind, compare, differences


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("STOP", "stop"),
        ("Deir ez-Zor", "  deir  ez-zor\n"),
        ("línea", "li\u0301nea"),
        ("ÉPARGNEZ", "épargnez"),
        ("Ёлка", "елка".replace("е", "ё")),
        ("a b", "a\r\nb"),
    ],
)
def test_case_blanks_and_composition_are_no_difference(sent, typed):
    assert differences(sent, typed) == ()
    assert differences(typed, sent) == ()


@pytest.mark.parametrize(
    ("sent", "typed", "kind", "name"),
    [
        ("confirm", "con\u200bfirm", DifferenceKind.INVISIBLE, "U+200B ZERO WIDTH SPACE"),
        ("confirm", "con\u00adfirm", DifferenceKind.INVISIBLE, "U+00AD SOFT HYPHEN"),
        ("confirm", "con\u202efirm", DifferenceKind.INVISIBLE, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("confirm", "confirm\ufe0f", DifferenceKind.INVISIBLE, "U+FE0F VARIATION SELECTOR-16"),
        ("a\tb", "a\x0bb", DifferenceKind.INVISIBLE, "U+000B"),
        ("-5", "\u22125", DifferenceKind.MINUS, "U+2212 MINUS SIGN"),
        ("-5", "\u20135", DifferenceKind.MINUS, "U+2013 EN DASH"),
        ("12", "1\u0662", DifferenceKind.DIGIT, "U+0662 ARABIC-INDIC DIGIT TWO"),
        ("12", "1\uff12", DifferenceKind.DIGIT, "U+FF12 FULLWIDTH DIGIT TWO"),
        ("10", "1O", DifferenceKind.LOOK_ALIKE, "U+004F LATIN CAPITAL LETTER O"),
        ("10", "l0", DifferenceKind.LOOK_ALIKE, "U+006C LATIN SMALL LETTER L"),
        ("Paris", "P\u0430ris", DifferenceKind.LOOK_ALIKE, "U+0430 CYRILLIC SMALL LETTER A"),
        ("CONFIRM", "C\u039fNFIRM", DifferenceKind.LOOK_ALIKE, "U+039F GREEK CAPITAL LETTER OMICRON"),
        ("K", "\u212a", DifferenceKind.LOOK_ALIKE, "U+212A KELVIN SIGN"),
        ("1 000", "1\u00a0000", DifferenceKind.SPACE, "U+00A0 NO-BREAK SPACE"),
        ("150", "15", DifferenceKind.MISSING, ""),
        ("15", "150", DifferenceKind.EXTRA, "U+0030 DIGIT ZERO"),
        ("40.13", "40.14", DifferenceKind.OTHER, "U+0034 DIGIT FOUR"),
    ],
)
def test_every_difference_is_named(sent, typed, kind, name):
    (found,) = differences(sent, typed)
    assert (found.kind, found.names[1]) == (kind, name)
    assert differences(typed, sent), "and it is one in the other direction too"


def test_the_operative_word_may_be_typed_in_any_of_the_three_languages():
    fields = critical_fields(warning(numbers=()))
    for word in ("STOP", "cessez", "Прекратите"):
        assert compare(fields, (word, "35.31 N 40.13 E")).matches
    for word in ("SPARE", "ST0P", "SТOP", ""):
        assert not compare(fields, (word, "35.31 N 40.13 E")).matches
    spare = critical_fields(
        Content(form=Form.WARNING, subject=Subject.SAFETY, operative=Operative.SPARE, place="x")
    )
    assert not compare(spare, ("STOP", "x")).matches


def test_a_field_too_few_or_too_many_is_no_match():
    fields = (CriticalField(kind=FieldKind.NUMBER, value="15", accepted=("15",)),)
    assert compare(fields, ("15",)).matches
    assert not compare(fields, ()).matches
    assert compare(fields, ("15", "16")).surplus == ("16",)
    assert not compare(fields, ("15", "16")).matches
    assert not compare((), ()).matches, "nothing was read back"


@pytest.mark.parametrize(
    "typed",
    [
        "ba" * 500,
        "a" * 1000,
        "ab\u200b" * 333,
        "\u0301" * 1000,
        "ab" * 150 + "ba" * 50,
        "b" + "ab" * 49 + "b",
    ],
)
def test_a_hostile_read_back_costs_little(monkeypatch, typed):
    """Counted: pairs of characters aligned, and characters composed; the one is bounded, the other linear."""
    sent = "ab" * 200
    aligned, composed = [], []
    compose = unicodedata.normalize

    def align(junk, ours, theirs, *, autojunk):
        aligned.append(len(ours) * len(theirs))
        return SequenceMatcher(junk, ours, theirs, autojunk=autojunk)

    monkeypatch.setattr(readback, "SequenceMatcher", align)
    monkeypatch.setattr(
        readback.unicodedata,
        "normalize",
        lambda form, text: composed.append(len(text)) or compose(form, text),
    )
    field = CriticalField(kind=FieldKind.PASSAGE, value=sent, accepted=(sent,))
    assert not compare((field,), (typed,)).matches
    assert sum(aligned) <= readback.MAX_ALIGNED
    assert 0 < sum(composed) <= 4 * (len(sent) + len(typed))


def test_of_a_text_that_differs_throughout_only_what_is_shown_is_named(monkeypatch):
    named = []
    judge = readback._kind
    monkeypatch.setattr(readback, "_kind", lambda sent, typed: named.append(typed) or judge(sent, typed))
    assert len(differences("x" * 400, "ab" * 16_000)) == len(named) == MAX_DIFFERENCES
