"""Whatever is sent and typed: equal texts match, changed ones never do."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from coupefeu.model.messages import CriticalField, FieldKind
from coupefeu.services.messages.display import find_untypable, show
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.readback import compare, differences, matches

PLAIN = st.text(
    st.characters(codec="utf-8", categories=("Lu", "Ll", "Nd", "Po"), max_codepoint=0x2FF), min_size=1
)
ANY = st.text(max_size=60)
HIDDEN = "\u200b\u200d\u2060\ufeff\u00ad\u202e\u2066\ufe0f\x00\x1b\u2028"
PAIRS = (
    ("0", "O"), ("1", "l"), ("5", "S"), ("-", "\u2212"), ("-", "\u2013"), ("a", "\u0430"), ("E", "\u0415"),
    ("3", "\u0663"), ("x", "\u0445"), ("2", "\u00b2"), (".", ","),
)  # fmt: skip


@given(ANY)
def test_a_text_always_matches_itself(text):
    assert differences(text, text) == ()


@given(PLAIN, st.data())
def test_an_inserted_invisible_character_never_matches(text, data):
    position = data.draw(st.integers(0, len(text)))
    hidden = data.draw(st.sampled_from(HIDDEN))
    assert differences(text, text[:position] + hidden + text[position:])


@given(PLAIN, st.data())
def test_a_look_alike_never_matches(text, data):
    position = data.draw(st.integers(0, len(text)))
    one, other = data.draw(st.sampled_from(PAIRS))
    first, second = (text[:position] + c + text[position:] for c in (one, other))
    assert differences(first, second)
    assert differences(second, first)


@given(ANY, ANY)
def test_no_difference_means_the_same_text_but_for_case_blanks_and_composition(sent, typed):
    if not differences(sent, typed):
        same = [unicodedata.normalize("NFC", " ".join(t.split())).lower() for t in (sent, typed)]
        assert same[0] == same[1]


@given(st.text())
def test_what_is_shown_holds_no_character_that_deceives(text):
    shown = show(text).text
    for character in shown:
        assert character in "\n\t" or unicodedata.category(character) not in {
            "Cc",
            "Cf",
            "Cs",
            "Co",
            "Cn",
            "Zl",
            "Zp",
        }
    if not show(text).findings:
        assert shown == text.replace("\r\n", "\n")


@given(st.text())
def test_what_may_be_marked_critical_can_be_typed(text):
    if not find_untypable(text):
        assert not show(text.replace("\u2014 ", "")).findings or "\r\n" in text


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(octets):
    content, effect = read_content(octets)
    assert (content is None) <= bool(effect)


FIELDS = st.lists(
    st.lists(st.sampled_from(("STOP", "CESSEZ", "35.31 N", "", " ", "é", "e\u0301")), min_size=1), max_size=3
)
TYPED = st.lists(st.sampled_from(("stop", "STOP ", "35.31  N", "35.31 N", "", "é", "other")), max_size=4)


@given(FIELDS, TYPED)
def test_whether_it_matches_is_what_comparing_finds(accepted, typed):
    fields = [CriticalField(kind=FieldKind.WORD, value=each[0], accepted=tuple(each)) for each in accepted]
    assert matches(fields, typed) == compare(fields, typed).matches
