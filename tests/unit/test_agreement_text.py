"""The text of the agreement: read strictly, every fault with its line and field."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pairs import make_terms, make_terms_of_three, pair_two

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.model.agreement import Status
from coupefeu.model.duration import format_duration, parse_duration_s, parse_shift_ms
from coupefeu.model.precedence import Precedence
from coupefeu.wire.agreement import (
    find_difference,
    join_keys,
    parse_agreement,
    parse_terms,
    split_keys,
    verify_same,
)
from coupefeu.wire.deceptive import find_foreign_word

TERMS = make_terms(clocks={"us": "+2h"}).decode()


def refusal(text: str) -> PeerError:
    with pytest.raises(PeerError) as caught:
        parse_terms(text.encode())
    return caught.value


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_template_says_what_the_model_holds():
    agreement = parse_terms(TERMS.encode())
    assert agreement.party_ids == ("us", "ru")
    assert agreement.is_exercise
    assert agreement.banner == "EXERCISE / EXERCICE / УЧЕНИЕ"
    assert agreement.party("us").clock_shift_ms == 7_200_000
    assert agreement.party("ru").clock_shift_ms == 0
    assert agreement.deadlines_for(Precedence.FLASH).taken_s == 120
    assert agreement.deadlines_for(Precedence.ROUTINE).outcome_s == 6 * 3_600
    assert agreement.desk("ru").id == "ru.duty"
    assert [post.id for post in agreement.counterparts("us.secretary")] == ["ru.minister"]
    assert agreement.ladder("us.secretary").posts == ("us.secretary", "us.chief", "us.duty")
    assert agreement.ladder("us.duty") is None
    assert agreement.post("ru.minister").address.in_language("ru") == "Господин министр"
    assert agreement.post("ru.minister").address.in_language("de") == "Mr Minister"
    assert [(test.party, test.at_s) for test in agreement.line_tests] == [("us", 0), ("ru", 3_600)]
    assert agreement.in_force_ms == 0


def test_a_real_line_has_no_banner_and_no_shifted_clock():
    assert parse_terms(make_terms(Status.REAL)).banner == ""
    error = refusal(make_terms(Status.REAL, clocks={"ru": "-1d"}).decode())
    assert error.code == "wire.toml.real_clock"
    assert "parties[2].clock" in error.message


def test_three_parties_are_read():
    agreement = parse_terms(make_terms_of_three())
    assert agreement.log_number("fr") == 2
    assert [post.id for post in agreement.counterparts("fr.duty")] == ["us.duty", "ru.duty"]


def test_attachments_of_four_mebibytes_may_be_agreed_or_none_at_all():
    for size in (0, 1 << 22):
        text = TERMS.replace("attachment_bytes = 1048576", f"attachment_bytes = {size}")
        assert parse_terms(text.encode()).budgets.attachment_bytes == size


def test_what_is_not_there_is_said_with_what_is():
    with pytest.raises(UsageError, match="no party 'fr'") as caught:
        parse_terms(TERMS.encode()).party("fr")
    assert caught.value.code == "model.agreement.no_party"
    assert caught.value.hint == "it has: us, ru"


def fields(text: str) -> list[str]:
    optional = {"clock", "contact_every", "after", "count", "precedence"}
    return sorted({found[1] for found in re.finditer(r"(?m)^([a-z_0-9]+) = ", text)} - optional)


@pytest.mark.parametrize("field", fields(TERMS))
def test_every_field_is_needed(field):
    row = re.search(rf"(?m)^{field} = .*\n", TERMS)[0]
    error = refusal(TERMS.replace(row, "", 1))
    assert error.code == "wire.toml.missing_field"
    assert field in error.message


@pytest.mark.parametrize(
    "table", ["", "[budgets]", "[deadlines.FLASH]", "[[ladders]]", "[[posts]]", "[[pairs]]"]
)
def test_an_unknown_field_is_refused_with_its_name_and_line(table):
    text = TERMS.replace(table + "\n", f"{table}\nsurprise = 1\n", 1) if table else f"surprise = 1\n{TERMS}"
    error = refusal(text)
    assert error.code == "wire.toml.unknown_field"
    assert error.message.startswith(f"line {line_of(text, 'surprise')}, field ")
    assert "surprise" in error.message
    assert error.hint


def test_an_unknown_table_and_an_unknown_word_in_a_row_are_refused():
    assert refusal(TERMS + '\n[extra]\nx = "y"\n').code == "wire.toml.unknown_field"
    assert (
        refusal(TERMS.replace('en = "Duty desk"', 'de = "x", en = "Duty desk"', 1)).code
        == "wire.toml.unknown_field"
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('step = "2m"', 'step = "2 minutes"', "bad_value"),
        ('step = "2m"', 'step = "0s"', "bad_value"),
        ('step = "2m"', "step = 120", "wrong_type"),
        ("version = 1", "version = true", "bad_value"),
        ("version = 1", "version = 1.0", "wrong_type"),
        ("version = 1", "version = 0", "bad_value"),
        ("entries_per_minute = 600000", "entries_per_minute = 0", "bad_value"),
        ("attachment_bytes = 1048576", "attachment_bytes = 4194305", "bad_value"),
        ('status = "EXERCISE"', 'status = "exercise"', "bad_value"),
        ('record_mode = "ON RECORD"', 'record_mode = "OFF"', "bad_value"),
        ('"ON RECORD"', '"""ON RECORD"""', "multi_line_string"),
        ("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000+01:00", "bad_value"),
        ("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000", "bad_value"),
        ("1970-01-01T00:00:00.000Z", '"1970-01-01"', "wrong_type"),
        ('name = "exercise"', 'name = "Exercise"', "bad_value"),
        ('name = "exercise"', 'name = "ex/ercise"', "bad_value"),
        ('languages = ["en", "ru"]', 'languages = ["en", "en"]', "twice"),
        ('languages = ["en", "ru"]', 'languages = ["en"]', "bad_value"),
        ('duty_desk = "us.duty"', 'duty_desk = "ru.duty"', "unknown_post"),
        ('id = "us.chief"', 'id = "us.duty"', "twice"),
        ('id = "us.chief"', 'id = "fr.chief"', "unknown_party"),
        ('posts = ["us.chief", "ru.chief"]', 'posts = ["us.chief", "us.duty"]', "bad_value"),
        ('posts = ["us.chief", "ru.chief"]', 'posts = ["ru.duty", "us.duty"]', "twice"),
        ('posts = ["us.chief", "ru.chief"]', 'posts = ["us.chief"]', "bad_value"),
        ('rungs = ["us.duty"]', 'rungs = ["ru.duty"]', "bad_value"),
        ('rungs = ["us.duty"]', 'rungs = ["us.nobody"]', "unknown_post"),
        ('at = "1h"', 'at = "3h"', "bad_value"),
        ("coupefeu_agreement = 1", "coupefeu_agreement = 2", "bad_value"),
        ("version = 1", "version = ", "syntax"),
        ("version = 1", "version = 1\nversion = 1", "syntax"),
    ],
)
def test_a_bad_value_is_refused_with_its_line(old, new, code):
    assert old in TERMS
    text = TERMS.replace(old, new, 1)
    error = refusal(text)
    assert error.code == f"wire.toml.{code}"
    if "languages" not in old and code != "syntax":
        line = find_difference(TERMS.encode(), text.encode()).line
        assert re.match(rf"line {line}[,:]", error.message)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Duty d\u0435sk", "mixes letters of CYRILLIC and LATIN"),
        ("Duty \u202edesk", "U+202E"),
        ("Duty\u200bdesk", "U+200B"),
        ("Duty\u2003desk", "U+2003"),
        ("Duty\u2800desk", "U+2800"),
        ("Duty\u034fdesk", "U+034F"),
        ("Duty\ufe0f desk", "U+FE0F"),
        ("Duty\U000e0100 desk", "U+E0100"),
        ("De\u0301sk", "normal form"),
        ("Дежурная служба", "not in the letters of 'en'"),
    ],
)
def test_titles_that_deceive_the_eye_are_refused(text, says):
    error = refusal(TERMS.replace('en = "Duty desk"', f'en = "{text}"', 1))
    assert error.code == "wire.toml.deceptive_text"
    assert says in error.message
    assert error.message.startswith(f"line {line_of(TERMS, 'Duty desk')}")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("ru", "MИHИCTP"),
        ("ru", "MNHNCTP"),
        ("ru", "MUHUCTP обороны"),
        ("ru", "MOCKBA"),
        ("ru", "Министр o6opoHы"),
        ("en", "Мinister of Defence"),
        ("en", "МИНИСТР"),
        ("en", "Μinister"),
        ("fr", "Сhef"),
    ],
)
def test_a_post_named_in_letters_that_pass_for_others_is_refused_at_set_up(language, title):
    line = 'title = { en = "Minister of Defence", fr = "Ministre de la Défense", ru = "Министр обороны" }'
    assert TERMS.count(line) == 1
    names = dict(re.findall('(en|fr|ru) = "([^"]+)"', line))
    error = refusal(TERMS.replace(line, line.replace(names[language], title)))
    assert error.code == "wire.toml.deceptive_text"
    assert error.message.startswith(f"line {line_of(TERMS, 'Minister of Defence')}")


def test_a_roman_numeral_is_no_foreign_word():
    assert find_foreign_word("Пётр III", "ru") is None
    assert find_foreign_word("Управление II А", "ru") is None


def test_bytes_that_are_not_text_are_refused_with_their_line():
    with pytest.raises(PeerError, match="line 3: not UTF-8"):
        parse_terms(b"\n\n\xff")
    with pytest.raises(PeerError, match="24576"):
        parse_terms(b"#" * 24_577)
    assert refusal("a = 1\r\n").code == "wire.toml.deceptive_text"


@pytest.mark.timeout(30)  # what grew faster than the text took hours for these
@pytest.mark.parametrize(
    "text",
    ["x = [\n[" + " " * 16_000 + "\n]]", "[" + "a" + " " * 16_000 + "]"],
    ids=["an array of blanks", "a header of blanks"],
)
def test_looking_for_lines_costs_no_more_than_the_text_is_long(text):
    assert refusal(text).code == "wire.toml.missing_field"


def test_a_key_of_thousands_of_parts_is_refused_before_it_is_read():
    error = refusal("status.a\n" + ".".join("a" * 8_000) + " = 1")
    assert (error.code, error.message) == ("wire.toml.many_dots", "line 2: 7,999 dots, more than 64")


def test_a_number_too_long_to_be_written_out_is_refused_like_any_other():
    error = refusal(TERMS.replace("version = 1", "version = 0x" + "f" * 4_000))
    assert error.code == "wire.toml.bad_value"
    assert "a number of 16,000 bits is not a whole number from 1 to 9999" in error.message


def test_a_key_without_end_is_named_by_its_beginning():
    error = refusal(TERMS + "k" * 9_000 + " = 1\n")
    assert error.code == "wire.toml.unknown_field"
    assert len(error.message) < 200


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_arbitrary_bytes_are_refused_and_nothing_else(octets):
    for parse in (parse_terms, parse_agreement):
        with pytest.raises(PeerError):
            parse(octets)


@given(st.integers(0, len(TERMS.encode()) - 1), st.integers(1, 255))
def test_a_flipped_byte_gives_an_agreement_or_a_refusal(place, flip):
    octets = bytearray(TERMS.encode())
    octets[place] ^= flip
    with suppress(PeerError):
        assert parse_terms(bytes(octets)).party_ids


def test_one_digit_is_found_with_its_line_and_both_texts():
    changed = TERMS.replace('outcome = "10m"', 'outcome = "11m"', 1)
    difference = find_difference(TERMS.encode(), changed.encode())
    assert (difference.line, difference.ours, difference.theirs) == (
        line_of(TERMS, 'outcome = "10m"'),
        'outcome = "10m"',
        'outcome = "11m"',
    )
    with pytest.raises(VerificationError, match=f"line {difference.line}\n.*10m.*\n.*11m"):
        verify_same(TERMS.encode(), changed.encode(), "RU")
    assert find_difference(TERMS.encode(), TERMS.encode()) is None
    assert find_difference(b"a\nb", b"a").theirs is None


def test_keys_are_written_the_same_every_time_and_read_back():
    _, _, paired = pair_two()
    agreement, octets = paired.signed.agreement, paired.signed.octets
    assert join_keys(make_terms(), agreement.line_id, agreement.keys) == octets
    assert split_keys(octets) == make_terms()
    assert parse_agreement(octets).keys == agreement.keys
    assert agreement.origin("us") == f"exercise/{agreement.line_id.hex()}/us/1"
    assert agreement.cosigner_name("us") == agreement.origin("us") + "/cosigner"
    with pytest.raises(PeerError, match="is not a field"):
        parse_terms(octets)
    with pytest.raises(PeerError, match=r"line.*missing"):
        parse_agreement(make_terms())


ML_DSA_LINES = re.compile(r"(?m)^(?:log|cosigner)_ml_dsa_44_sha256 = .*\n")


def test_a_line_paired_before_there_were_post_quantum_keys_stays_valid():
    _, _, paired = pair_two()
    text = ML_DSA_LINES.sub("", paired.signed.octets.decode())
    agreement = parse_agreement(text.encode())
    assert [(each.log_ml_dsa_sha256, each.cosigner_ml_dsa_sha256) for each in agreement.keys] == [
        (b"", b"")
    ] * 2
    assert join_keys(make_terms(), agreement.line_id, agreement.keys) == text.encode()
    assert [len(each.every) for each in agreement.keys] == [4, 4]


def test_one_post_quantum_key_without_the_other_or_in_two_places_is_refused():
    _, _, paired = pair_two()
    text = paired.signed.octets.decode()
    first, second, *_ = ML_DSA_LINES.findall(text)
    with pytest.raises(PeerError, match=r"cosigner_ml_dsa_44_sha256.*missing"):
        parse_agreement(text.replace(second, "").encode())
    with pytest.raises(PeerError, match="two places"):
        parse_agreement(text.replace(second, second[:28] + first[23:]).encode())


def test_until_when_ed25519_alone_counts_may_be_agreed():
    assert parse_terms(TERMS.encode()).classical_until_ms is None
    agreed = TERMS.replace('skew = "60s"', 'skew = "60s"\nclassical_until = 2030-01-01T00:00:00Z')
    assert parse_terms(agreed.encode()).classical_until_ms == 1_893_456_000_000
    for bad in ('"2030"', "2030-01-01T00:00:00+01:00", "2030-01-01"):
        with pytest.raises(PeerError, match="classical_until"):
            parse_terms(agreed.replace("2030-01-01T00:00:00Z", bad).encode())


def test_one_key_in_two_places_is_refused():
    _, _, paired = pair_two()
    text = paired.signed.octets.decode()
    log, cosigner = (re.search(rf'(?m)^{role} = "(.*)"$', text)[1] for role in ("log", "cosigner"))
    with pytest.raises(PeerError, match="two places"):
        parse_agreement(text.replace(cosigner, log).encode())
    loose = log[:-2] + chr(ord(log[-2]) + 1) + "="
    with pytest.raises(PeerError, match="base64"):
        parse_agreement(text.replace(log, loose).encode())


@given(st.integers(0, 366 * 86_400))
def test_durations_are_read_as_they_are_written(seconds):
    assert parse_duration_s(format_duration(seconds)) == seconds
    assert parse_shift_ms(f"-{format_duration(seconds)}") == -seconds * 1_000


@pytest.mark.parametrize("text", ["", "5", "1m1h", "1.5h", "-1h", "١h", " 1h", "367d", "1h ", "99999999999s"])
def test_bad_durations_are_refused(text):
    with pytest.raises(UsageError):
        parse_duration_s(text)


def test_an_exercise_may_play_in_any_year_of_a_century():
    assert parse_shift_ms("-1712d5h") == -(1_712 * 24 + 5) * 3_600_000
    assert parse_shift_ms("+36525d") == 36_525 * 86_400_000
    with pytest.raises(UsageError):
        parse_shift_ms("+36526d")
