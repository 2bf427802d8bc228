"""Line tests on schedule, and messages as plain text in three languages."""

from dataclasses import replace

import pytest
from tests.messages_line import START_MS, Line, agreement, contact, free_text, warning

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.agreement import Status
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages import SERVICE, render_message
from coupefeu.services.messages.commands import (
    AnswerLineTest,
    GiveOutcome,
    PassTo,
    ReadBack,
    RecordShown,
    SayAgain,
    SendLineTest,
    Take,
)
from coupefeu.services.messages.facts import Act
from coupefeu.services.messages.forms import encode_content
from coupefeu.services.messages.line_tests import (
    due_line_test,
    line_test,
    line_test_answer,
    next_line_test_ms,
    rebuild,
    template_for,
)
from coupefeu.services.messages.render_chain import act_words, outcome_words
from coupefeu.services.messages.status import StepName
from coupefeu.services.messages.views import FACTS, MESSAGES, rows_of

HOUR_MS = 3_600_000
SLOT_MS = 1_648_087_200_000  # 02:00Z, the even hour before START_MS


def test_a_line_test_is_due_once_a_slot():
    terms = agreement()
    (us, _) = terms.line_tests
    assert due_line_test(terms, "us", None, START_MS) == us
    assert due_line_test(terms, "us", SLOT_MS - 1, START_MS) == us
    assert due_line_test(terms, "us", SLOT_MS, START_MS) is None
    assert due_line_test(terms, "us", SLOT_MS, SLOT_MS + 2 * HOUR_MS - 1) is None
    assert due_line_test(terms, "us", SLOT_MS, SLOT_MS + 2 * HOUR_MS) == us
    assert due_line_test(terms, "us", SLOT_MS, SLOT_MS + 50 * HOUR_MS) == us, "made up once after an outage"
    assert due_line_test(terms, "us", SLOT_MS + HOUR_MS, SLOT_MS) is None, "set back within the slot: none"
    set_back_ms = SLOT_MS - 365 * 24 * HOUR_MS
    assert due_line_test(terms, "us", SLOT_MS, set_back_ms) == us, "a year ahead, then set right: it goes on"
    assert due_line_test(terms, "us", set_back_ms, set_back_ms + HOUR_MS) is None, "one, and no storm"
    assert due_line_test(terms, "de", None, START_MS) is None
    assert next_line_test_ms(terms, "us", START_MS) == SLOT_MS + 2 * HOUR_MS
    assert next_line_test_ms(terms, "ru", START_MS) == SLOT_MS + 3 * HOUR_MS
    assert next_line_test_ms(terms, "de", START_MS) is None


def test_texts_come_in_turn():
    (us, _) = agreement().line_tests
    turns = [template_for(us, START_MS + turn * 2 * HOUR_MS) for turn in range(7)]
    assert sorted(turns[:6]) == [1, 2, 3, 4, 5, 6]
    assert turns[6] == turns[0]


def test_both_ends_write_the_same_line_test_without_sending_it():
    """B9: template and answered index are all that goes over the air."""
    line = Line()
    (sent,) = _decide(line, 0, SendLineTest(template=3))
    assert sent == line_test(agreement(), "us", 3)
    test = line.write(0, sent)
    (answer,) = _decide(line, 1, AnswerLineTest(test=test))
    assert answer == line_test_answer(agreement(), "ru", test)
    assert (sent.kind, answer.kind, answer.references) == (Kind.LINE_TEST, Kind.LINE_TEST_ANSWER, (test,))
    clock = line.status(0, test).chain("ru").step(StepName.ANSWERED).clock
    assert clock.due_ms == START_MS + 15 * 60_000
    line.write(1, answer)
    for log in (0, 1):
        status = line.status(log, test)
        assert [s.name for s in status.chain("ru").steps] == [StepName.ON_THEIR_RECORD, StepName.ANSWERED]
        assert status.chain("ru").step(StepName.ANSWERED).done
        assert status.form is Form.LINE_TEST
        assert not status.effect


def test_only_a_line_test_of_the_other_side_is_answered():
    line = Line()
    text, own = line.say(0, free_text()), line.do(0, SendLineTest(template=1))
    for log, message in ((1, text), (0, own)):
        with pytest.raises(PolicyError):
            line.do(log, AnswerLineTest(test=message))
    with pytest.raises(UsageError):
        line.do(0, SendLineTest(template=7))
    with pytest.raises(UsageError):
        line.say(0, Content(form=Form.LINE_TEST, subject=Subject.SERVICE, template=1))


def test_what_was_heard_ahead_is_rebuilt_to_the_entry_that_follows_but_for_its_place():
    line = Line()
    test = line.do(0, SendLineTest(template=2))
    line.do(1, AnswerLineTest(test=test))
    heard = {
        "log": 0,
        "idx": 0,
        "template": 2,
        "written_ms": START_MS,
        "answers": None,
        "arrived_ms": START_MS,
    }
    answer = heard | {"log": 1, "template": 0, "answers": 0}
    for side, row, view in ((1, heard, MESSAGES), (0, answer, FACTS)):
        context = line.sides[side].context(START_MS)
        rebuilt = rows_of(rebuild(row, context), context)
        (made,) = rebuilt[0] + rebuilt[1]
        stored = line.sides[side].rows((view.select(), {}))[-1]
        assert dict(made) == stored | {"arrival": made["arrival"]}
    assert "proof follows" in render_message(
        line.status(1, test, announced=True), line.sides[1].context(START_MS), "en"
    )
    assert not line.status(1, test).proof_follows


def test_shown_counts_screens_of_up_to_16_messages():
    line = Line()
    messages = tuple(line.say(0, free_text(str(n))) for n in range(17))
    line.do(1, RecordShown(messages=messages[:16], screens=3))
    assert [line.status(0, m).chain("ru").step(StepName.SHOWN).screens for m in messages] == [3] * 16 + [0]
    for bad in ((messages, 1), ((), 1), (messages[:1], 0)):
        with pytest.raises(UsageError):
            line.do(1, RecordShown(messages=bad[0], screens=bad[1]))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["EXERCISE", "PRECEDENCE: FLASH", "FROM: US · Duty desk", "TO: RU · Duty desk (Duty officer)",
                "SUBJECT: SAFETY", "1. MESSAGE NUMBER: US/0", "2. DATE AND TIME: 240312Z MAR 22",
                "4. MESSAGE REFERENCE: not stated", "5. CONTENT: WARNING", "   Operative word: STOP",
                "7. END OF MESSAGE US/0", "CHAIN AT RU"]),
        ("fr", ["EXERCICE", "DEGRÉ D’URGENCE\u202f: FLASH", "DE\u202f: US · Permanence",
                "   Mot d’exécution\u202f: CESSEZ"]),
        ("ru", ["УЧЕНИЕ", "СРОЧНОСТЬ: FLASH (МОЛНИЯ)", "КОМУ: RU · Дежурная служба (Оперативный дежурный)",
                "   Исполнительное слово: ПРЕКРАТИТЕ"]),
    ],
)  # fmt: skip
def test_the_treaty_header_in_the_readers_language(language, words):
    line = Line()
    message = line.say(0, warning(text="Hospital.\nOUTCOME: forged"), Precedence.FLASH)
    text = render_message(line.status(1, message), line.sides[1].context(line.now_ms), language)
    lines = text.splitlines()
    assert lines[0] == words[0]
    assert [word for word in words if word not in lines] == []
    assert "   | Hospital." in lines
    assert "   | OUTCOME: forged" in lines, "the author's lines stand behind a bar"


def test_a_real_line_never_says_exercise():
    line = Line(Status.REAL)
    message = line.say(0, free_text())
    context = line.sides[1].context(line.now_ms)
    text = render_message(line.status(1, message), context, "en")
    assert "EXERCISE" not in text
    assert text.startswith("PRECEDENCE")


def test_a_phrase_is_said_in_the_readers_language_with_its_values():
    line = Line()
    phrase = Content(
        form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=2, slots=("Deir ez-Zor", START_MS)
    )
    message = line.say(1, phrase)
    context = line.sides[0].context(line.now_ms)
    said = {
        "en": "02. We have ceased fire at Deir ez-Zor at 240312Z MAR 22.",
        "fr": "02. Nous avons cessé le feu à Deir ez-Zor à 240312Z MAR 22.",
        "ru": "02. Мы прекратили огонь: Deir ez-Zor, время 240312Z MAR 22.",
    }
    for language, words in said.items():
        assert words in render_message(line.status(0, message), context, language)


def test_their_time_stands_beside_ours_where_it_is_another_second():
    line = Line()
    message = line.say(0, free_text())
    line.do(1, Take(message=message, from_post="ru.duty"))
    act = line.status(0, message).chains[0].step(StepName.TAKEN_BY).acts[0]
    assert act_words(act, "en") == "ru.duty 24 MAR 22 03:12:00Z [RU/0]"
    late = replace(act, claimed_ms=act.claimed_ms + 61_000)
    assert act_words(late, "en") == "ru.duty 24 MAR 22 03:12:00Z (they say 24 MAR 22 03:13:01Z) [RU/0]"


def test_the_chain_as_text_with_clocks_and_differences():
    line = Line()
    message = line.say(0, warning(), Precedence.FLASH)
    line.do(1, RecordShown(messages=(message,), screens=2))
    context = line.sides[0].context(line.now_ms)
    assert (
        " - SHOWN ON 2 SCREENS, NOBODY HAS ACTED (machine): 24 MAR 22 03:12:00Z; in time"
        in render_message(line.status(0, message), context, "en")
    )
    line.do(1, Take(message=message, from_post="ru.duty", officer="Kapitan\nOUTCOME: STOPPED AT"))
    line.do(1, ReadBack(message=message, from_post="ru.duty", typed=("STOP", "35.31 N 40.13 E", "1\u0665")))
    line.wait(601)
    text = render_message(line.status(0, message), line.sides[0].context(line.now_ms), "en")
    assert "SHOWN ON 2 SCREENS (machine)" in text
    assert "NOBODY HAS ACTED" not in text
    assert "     ru.duty 24 MAR 22 03:12:00Z [RU/1] (Kapitan⟦U+2028⟧OUTCOME: STOPPED AT)\n" in text
    assert "DOES NOT MATCH" in text
    assert "digit of another script: sent U+0035 DIGIT FIVE, typed U+0665 ARABIC-INDIC DIGIT FIVE" in text
    assert " - OUTCOME: not yet; OVERDUE by 0:00:01" in text
    line.do(
        1, GiveOutcome(message=message, from_post="ru.duty", outcome=OutcomeCode.CANNOT, text="no contact")
    )
    late = render_message(line.status(1, message), line.sides[1].context(line.now_ms), "ru")
    assert "     НЕВОЗМОЖНО, ru.duty 24 MAR 22 03:22:01Z [RU/3]\n       | no contact\n" in late
    assert "через 0:00:01 после срока" in late


def test_a_clock_that_another_act_stopped_never_reads_as_a_step_done_in_time():
    line = Line()
    message = line.say(0, warning(), Precedence.FLASH)
    line.wait(6)
    line.do(1, Take(message=message, from_post="ru.duty"))
    line.do(1, PassTo(message=message, from_post="ru.duty", recipient="air command"))
    context = line.sides[1].context(line.now_ms)
    text = render_message(line.status(1, message), context, "en")
    assert " - SHOWN ON A SCREEN (machine): not yet; clock stopped 0:00:09 before it was due\n" in text
    assert "not yet; in time" not in text
    assert text.count("     PASSED TO, ru.duty 24 MAR 22 03:12:06Z [RU/1]\n       | air command\n") == 2, (
        "in its own step, and as the outcome"
    )
    line.wait(1000)
    cancel = Content(form=Form.CANCELLATION, subject=Subject.SAFETY)
    line.say(0, cancel, Precedence.FLASH, about=message)
    late = render_message(line.status(1, message), context, "ru")
    assert " - ПОВТОРЕНО ДЛЯ ПРОВЕРКИ: ещё нет; отсчёт остановлен через 0:11:46 после срока\n" in late


def test_a_word_left_out_is_one_difference_to_read():
    line = Line()
    message = line.say(0, warning(), Precedence.FLASH)
    line.do(1, ReadBack(message=message, from_post="ru.duty", typed=("STOP", "35.31 N", "1115")))
    text = render_message(line.status(0, message), line.sides[0].context(line.now_ms), "en")
    assert '         missing: " 40.13 E"\n' in text
    assert '         too much: "11"\n' in text


def test_the_language_of_the_text_is_named_in_the_readers():
    line = Line()
    message = line.say(0, free_text())
    foreign = line.hostile(0, body=encode_content(free_text()), language="de")
    context = line.sides[1].context(line.now_ms)
    said = [
        render_message(line.status(1, each), context, language)
        for each, language in ((message, "fr"), (message, "ru"), (foreign, "fr"))
    ]
    assert "   Texte original, en anglais\u202f:\n" in said[0]
    assert "   Подлинный текст, на английском:\n" in said[1]
    assert "   Texte original, langue de\u202f:\n" in said[2]


def test_remarks_say_what_the_reader_must_know():
    line = Line()
    one_sided = line.say(0, contact())
    hostile = line.hostile(0, body=b"\xff", written_ms=0)
    foreign = line.hostile(0, Kind.TAKEN, references=(one_sided,))
    context = line.sides[1].context(line.now_ms)
    text = render_message(line.status(1, one_sided), context, "en")
    assert "ONE-SIDED: the other side has not confirmed this contact" in text
    assert f"US/{foreign[1]} TAKEN: a party cannot do this to its own message" in text
    text = render_message(line.status(1, hostile), context, "en")
    assert "UNKNOWN FORM" in text
    assert "MARKED: the content cannot be read" in text
    assert "arrived long after the time written on it (1970-01-01T00:00:00.000Z)" in text


def _decide(line, log, command):
    side = line.sides[log]
    known = [side.rows(statement) for statement in SERVICE.needs(command)]
    return SERVICE.decide(command, known, side.context(line.now_ms))


@pytest.mark.parametrize(
    ("act", "en", "fr"),
    [
        (Act(outcome=OutcomeCode.CANNOT, text="no contact"), "CANNOT", "IMPOSSIBLE"),
        (Act(outcome=OutcomeCode.NOT_OURS), "NOT OURS", "PAS À NOUS"),
        (Act(outcome=OutcomeCode.PASSED_TO, text="sector 3"), "PASSED TO", "TRANSMIS À"),
        (
            Act(outcome=OutcomeCode.STOPPED_AT, time_ms=0, text="both batteries"),
            "STOPPED AT 01 JAN 70 00:00:00Z",
            "ARRÊTÉ À 01 JAN 70 00:00:00Z",
        ),
    ],
)
def test_the_words_for_an_outcome_hold_nothing_that_its_author_wrote(act, en, fr):
    assert outcome_words(Kind.OUTCOME, act, "en") == en
    assert outcome_words(Kind.OUTCOME, act, "fr") == fr


FALSE = "ru.chief 25 NOV 26 10:00:00Z [RU/9]"


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize(
    "act",
    [
        lambda about: PassTo(**about, recipient=FALSE),
        lambda about: GiveOutcome(**about, outcome=OutcomeCode.CANNOT, text=FALSE),
        lambda about: GiveOutcome(**about, outcome=OutcomeCode.STOPPED_AT, time_ms=1, text=FALSE),
        lambda about: SayAgain(**about, remark=FALSE),
    ],
)
def test_what_people_write_can_imitate_no_post_time_or_number_in_a_chain(act, language):
    line = Line()
    message = line.say(0, warning(), Precedence.FLASH)
    line.do(1, act({"message": message, "from_post": "ru.duty", "officer": FALSE[:80]}))
    text = render_message(line.status(0, message), line.sides[0].context(line.now_ms), language)
    said = [each for each in text.split("\n") if FALSE in each]
    assert len(said) >= 2
    for each in said:
        true, _, _ = each.partition(FALSE)
        assert true == "       | " or true.endswith("ru.duty 24 MAR 22 03:12:00Z [RU/0] ("), each
