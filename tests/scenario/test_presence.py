"""March 2022: two senior officials of one side are rung in vain and seen no more; a claim is no evidence of either.

The facts come from the article's table (shared/seed/story.md); what it does not say is marked as illustration. Source:
docs/spec/presence.md.
"""

import re
from dataclasses import replace

import pytest
from tests.calls_line import Calls
from tests.passkeys import Passkey
from tests.shared import shared_file
from tests.stores import AGREEMENT

from coupefeu.model.calls import DeclineReason, Outcome
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.model.presence import (
    Bearing,
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportKind,
)
from coupefeu.node.presence import ContactWay, find_question, fresh_salt, look_at_presence
from coupefeu.node.presence_values import presence_values
from coupefeu.services.calls.commands import AnswerCall, DeclineCall, HangUp, WithdrawCall
from coupefeu.services.messages.commands import ReadBack, Say
from coupefeu.services.persons.facts import (
    EnrolKey,
    MakeStatement,
    ShowPresence,
    enrolment_challenge,
    statement_challenge,
)
from coupefeu.services.presence.facts import AskPresence, EnterReport
from coupefeu.services.presence.reports import Standing
from coupefeu.services.presence.when import parse_when

OURS, THEIRS = "us.secretary", "ru.minister"
PAIR = (OURS, THEIRS)


class Story:
    """What a watch officer of US notes from the article's table: a row by a word of what it must show."""

    def __init__(self):
        rows = shared_file("seed/story.md").read_text("utf-8").splitlines()
        cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("| ")]
        self.rows = [row for row in cells[1:] if len(row) == 3]

    def row(self, word):
        (found,) = [row for row in self.rows if word in row[2]]
        return found

    def when(self, word):
        day = re.match(r"(\d{1,2}) Mar 2022", self.row(word)[0])[1]
        return parse_when(f"2022-03-{int(day):02d}", 0)

    def report(self, word, posts, *, speaker=""):
        """Note a row as it stands; medium and grade are illustration: a newspaper that is usually reliable."""
        return Report(
            posts=posts,
            when_ms=self.when(word),
            what=self.row(word)[1],
            source="an international newspaper",
            medium=Medium.STATEMENT if speaker else Medium.PRESS,
            date_proof=DateProof.PUBLISHER,
            corroboration=Corroboration.NONE,
            grade=Grade(
                reliability=Reliability.B,
                credibility=Credibility.UNKNOWN if speaker else Credibility.PROBABLE,
            ),
            speaker=speaker,
        )


@pytest.fixture
def line(tmp_path):
    made = Calls(tmp_path)
    made.connect()
    return made


def note(line, report, **named):
    kind = ReportKind.CLAIM if report.speaker else ReportKind.SIGHTING
    command = EnterReport(
        kind=kind, from_post="us.duty", report=report, language="en", salt=fresh_salt(), **named
    )
    (entry,) = line.us.act(command)
    line.run()
    return entry


def pair_of(line, node=None, ours=OURS):
    presence = line.look(node or line.us, look_at_presence)
    return next(each for each in presence.pairs if each.ours == ours)


def test_the_articles_table_is_entered_and_read_back(line):
    story = Story()
    declined = line.place(from_post=OURS, to=THEIRS)
    line.ru.act(
        DeclineCall(call=declined, from_post="ru.duty", reason=DeclineReason.REFUSED, words="", officer="")
    )
    line.run()
    withdrawn = line.place(from_post="us.chief", to="ru.chief")
    line.us.act(WithdrawCall(call=withdrawn, from_post="us.chief", officer="", words=""))
    line.run()
    minister = note(line, story.report("last sighting", (THEIRS,)))
    note(line, story.report("last sighting", ("ru.chief",)))
    note(line, story.report("a public statement", (), speaker="spokesman of the head of state"))
    claim = note(line, story.report("a claim", (THEIRS,), speaker="the office of the head of state"))

    seen = line.look(line.us, look_at_presence)
    outcomes = {each.ours: (each.contacts, dict(each.attempts)) for each in seen.pairs}
    assert outcomes[OURS] == ((), {Outcome.DECLINED: 1}), "refused is not unanswered"
    assert outcomes["us.chief"] == ((), {Outcome.WITHDRAWN: 1})
    assert outcomes["us.duty"] == ((), {})
    claims = [each for each in seen.reports if each.kind is ReportKind.CLAIM]
    sightings = [each for each in seen.reports if each.kind is ReportKind.SIGHTING]
    assert [each.report.when_ms for each in claims] == [
        story.when("a claim"),
        story.when("a public statement"),
    ]
    assert [each.standing for each in claims] == [Standing.NO_EVIDENCE] * 2, "claimed, no evidence"
    assert {each.report.posts for each in sightings} == {(THEIRS,), ("ru.chief",)}
    assert {each.report.when_ms for each in sightings} == {story.when("last sighting")}
    assert [each.what for each in presence_values(seen).claims] == [
        story.row("a claim")[1],
        story.row("a public statement")[1],
    ]

    theirs = line.look(line.ru, look_at_presence)
    assert (theirs.reports, theirs.absent) == ((), 0), "they hold hashes, and nothing to show"

    again = replace(story.report("last sighting", (THEIRS,)), what="The same footage as on that day.")
    note(line, again, claim=claim, bearing=Bearing.CONTRADICTS)
    by_id = {each.id: each for each in line.look(line.us, look_at_presence).reports}
    assert by_id[claim].standing is Standing.CONTRADICTED
    assert by_id[minister].report.posts == (THEIRS,)
    assert pair_of(line).contacts == (), "nothing that is seen or said is a contact"


def test_a_call_that_the_post_answered_itself_is_a_contact_and_one_that_its_desk_answered_is_none(line):
    by_desk = line.place(from_post=OURS, to=THEIRS)
    line.ru_does(AnswerCall, by_desk, media=0, fingerprint=None, officer="")
    line.ru_does(HangUp, by_desk, officer="", duration_ms=1_000)
    assert pair_of(line).contacts == ()
    assert dict(pair_of(line).attempts) == {Outcome.ANSWERED: 1}
    itself = line.place(from_post=OURS, to=THEIRS)
    line.ru.act(AnswerCall(call=itself, from_post=THEIRS, media=0, fingerprint=None, officer=""))
    line.run()
    (contact,) = pair_of(line).contacts
    assert (contact.way, contact.by) == (ContactWay.CALL, THEIRS)
    assert contact.entries[0] == f"US/{itself[1]}"
    assert contact.entries[1].startswith("RU/")
    assert pair_of(line).attempts == (), "counted anew since then"
    assert pair_of(line, line.ru, THEIRS).last.entries == contact.entries, "both records show the same"


def say(line, from_post=OURS, to=THEIRS):
    content = Content(
        form=Form.FREE_TEXT, subject=Subject.SAFETY, text="We stop at noon.", passages=("noon",)
    )
    command = Say(
        content=content, from_post=from_post, to_posts=(to,), precedence=Precedence.IMMEDIATE, language="en"
    )
    message = line.us.act(command)[0]
    line.run()
    return message


def read_back(line, message, typed="noon", post=THEIRS):
    line.ru.act(ReadBack(message=message, from_post=post, typed=(typed,)))
    line.run()


def test_a_message_that_the_post_read_back_is_a_contact_when_it_matches(line):
    message = say(line)
    read_back(line, message, typed="midnight")
    assert pair_of(line).contacts == (), "what does not match shows that it was not understood"
    read_back(line, message)
    (contact,) = pair_of(line).contacts
    assert (contact.way, contact.by, contact.entries[0]) == (ContactWay.READ_BACK, THEIRS, f"US/{message[1]}")
    assert pair_of(line, ours="us.duty").contacts == ()
    desk = say(line, to="ru.duty")
    read_back(line, desk, post="ru.duty")
    assert len(pair_of(line).contacts) == 1, "the desk is not the minister"
    crossed = say(line, from_post="us.duty")
    read_back(line, crossed)
    assert len(pair_of(line).contacts) == 1, "nor is our desk the secretary"


def test_what_does_not_match_hides_no_contact_however_much_of_it_there_is(line, monkeypatch):
    message = say(line)
    read_back(line, message)
    for _ in range(3):
        read_back(line, message, typed="midnight")
    monkeypatch.setattr("coupefeu.node.presence.MAX_CONTACTS", 2)
    assert len(pair_of(line).contacts) == 1, "more is judged than is shown"
    monkeypatch.setattr("coupefeu.node.presence.MAX_SEARCHED", 3)
    assert (pair_of(line).contacts, pair_of(line).truncated) == ((), True), "and where it ends, it says so"


def test_however_much_they_ask_our_questions_are_found(line, monkeypatch):
    question = ask(line)
    for _ in range(3):
        line.ru.act(AskPresence(from_post="ru.duty", to_post="us.duty"))
    line.run()
    monkeypatch.setattr("coupefeu.node.presence.MAX_QUESTIONS", 2)
    found = line.look(line.us, look_at_presence).questions
    assert [each.ours for each in found] == [False, False, True]
    assert found[2].id == question


class Holder:
    """Somebody at a post of RU who holds a passkey."""

    def __init__(self, line, post=THEIRS):
        self.line, self.post, self.device = line, post, Passkey()
        asked = {"line_id": AGREEMENT.line_id, "post": post, "admitted_by": "the desk", "officer": ""}
        self.asserted = self.device.answer(enrolment_challenge(key=self.device.key, **asked))
        enrolment = EnrolKey(
            from_post=post, key=self.device.key, assertion=self.asserted, admitted_by="the desk"
        )
        (self.key,) = line.ru.act(enrolment)
        line.run()

    def answer(self, question, command=ShowPresence, leaf_of=None):
        ((leaf,),) = self.line.ru.keeper.connection.query(
            "SELECT leaf_hash FROM presence_asked WHERE log = ? AND idx = ?", leaf_of or question
        )
        signed = {
            "about": question,
            "leaf_hash": bytes(leaf),
            "text": "I answer.",
            "language": "ru",
        }
        kind = 113 if command is ShowPresence else 106
        challenge = statement_challenge(line_id=AGREEMENT.line_id, post=self.post, kind=kind, **signed)
        made = command(from_post=self.post, key=self.key, assertion=self.device.answer(challenge), **signed)
        (entry,) = self.line.ru.act(made)
        self.line.run()
        return entry


def ask(line, from_post=OURS, to=THEIRS):
    (question,) = line.us.act(AskPresence(from_post=from_post, to_post=to, officer="first watch"))
    line.run()
    return question


def effects(line, question):
    return [each.effect for each in line.look(line.us, lambda desk: find_question(desk, question)).answers]


def test_an_assertion_over_our_question_is_a_contact_between_two_instants_of_our_clock(line):
    question = ask(line)
    assert line.look(line.us, lambda desk: find_question(desk, question)).shown is None
    holder = Holder(line)
    shown = holder.answer(question)
    (contact,) = pair_of(line).contacts
    assert (contact.way, contact.by) == (ContactWay.PRESENCE, THEIRS)
    assert contact.entries == (f"US/{question[1]}", f"RU/{shown[1]}")
    assert contact.after_ms < contact.at_ms
    assert pair_of(line, line.ru, THEIRS).last.entries == contact.entries


def test_what_is_no_answer_to_this_question_shows_nothing(line):
    """A statement about it, an assertion over an older question, another post's, a key that is of another post."""
    holder, other = Holder(line), Holder(line, "ru.chief")
    old, question = ask(line), ask(line)
    holder.answer(question, MakeStatement)
    assert effects(line, question) == [], "to stand by a question is no answer to it"
    holder.answer(question, leaf_of=old)
    other.answer(question)
    assert effects(line, question) == ["other_statement", "other_post_asked"]
    holder.answer(old)
    (contact,) = pair_of(line).contacts
    assert contact.entries[0] == f"US/{old[1]}"
    assert pair_of(line, ours="us.chief").contacts == ()
