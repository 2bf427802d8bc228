"""24 February to 24 March 2022 whole, as the demo plays it: the article's events, on both records, clock for clock.

What the article reports is marked with its own words, all else as illustration; no party says what it does not report.
"""

import re
import subprocess
import sys
from collections import Counter

import pytest
from tests.shared import shared_file

from coupefeu.model.calls import DeclineReason, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.firebreak import Level
from coupefeu.model.messages import Form
from coupefeu.model.presence import ReportKind
from coupefeu.node.demo.line import pair_story
from coupefeu.node.demo.march import (
    CHAIRMAN,
    CHIEF,
    MARCH,
    MINISTER,
    SECRETARY,
    Attempt,
    Dark,
    Issued,
    Noted,
    ReadBackMessage,
    Telephoned,
)
from coupefeu.node.demo.playing import play_march
from coupefeu.node.demo.terms import RUNS_ON, at
from coupefeu.node.desk import Desk
from coupefeu.node.entries import head_of
from coupefeu.node.folder import NodeFolder
from coupefeu.node.presence import look_at_presence
from coupefeu.services.calls.listed import CallFilter
from coupefeu.services.messages.status import StepName
from coupefeu.store.reader import Reader

MANY = 1_000


@pytest.fixture(scope="module")
def march(tmp_path_factory):
    """Both folders, and what was played in them."""
    us, ru = pair_story(tmp_path_factory.mktemp("m"), {"ring": "10s"})
    played = play_march(us.path, ru.path)
    return played, {name: NodeFolder.open(path) for name, path in (("us", us.path), ("ru", ru.path))}


@pytest.fixture
def desks(march):
    _, folders = march
    opened = {name: Desk.open(folder, running=False) for name, folder in folders.items()}
    yield opened
    for desk in opened.values():
        desk.close()


def attempts(played):
    return {number: event for event, number in played.entries.items() if isinstance(event.event, Attempt)}


def test_what_is_said_to_be_of_the_article_stands_in_it():
    article = " ".join(shared_file("seed/article.fr.txt").read_text("utf-8").split())
    assert [event.when for event in MARCH if event.source and event.source not in article] == []
    for event in MARCH:
        is_illustrated = not event.source or event.added
        assert ("illustration" in event.label) == bool(is_illustrated)


def test_every_attempt_stands_on_both_records_with_its_time_its_outcome_and_its_reason(march, desks):
    played, _ = march
    tried = attempts(played)
    assert {(each.event.from_post, each.event.to_post) for each in tried.values()} == {
        (SECRETARY, MINISTER),
        (CHAIRMAN, CHIEF),
    }
    for number, event in tried.items():
        ours, theirs = (desk.call(number) for desk in desks.values())
        assert ours.placed_ms == theirs.placed_ms
        assert 0 <= ours.placed_ms - event.at_ms < 60_000
        assert ours.outcome is theirs.outcome is event.event.ends
        assert (ours.steps[-1].id, ours.officer) == (theirs.steps[-1].id, event.label)
        if ours.outcome is Outcome.DECLINED:
            assert ours.outcome_step.fact.reason is DeclineReason.REFUSED
            assert ours.outcome_step.words == "", "a refusal is not embellished"
    counted = Counter(desks["ru"].call(number).outcome for number in tried)
    assert counted == {
        Outcome.DECLINED: 4,
        Outcome.NO_ANSWER: 2,
        Outcome.NOT_STAFFED: 1,
        Outcome.LINE_DOWN: 1,
    }, "declined and unanswered are different"


def test_the_attempt_of_the_dark_night_comes_to_the_other_record_when_its_node_is_back(march, desks):
    played, _ = march
    (number,) = [each for each, event in attempts(played).items() if event.event.ends is Outcome.LINE_DOWN]
    dark, back = (event.at_ms for event in MARCH if isinstance(event.event, Dark))
    ours, theirs = (desk.call(number) for desk in desks.values())
    assert dark < ours.arrived_ms < back <= theirs.arrived_ms < back + 60_000
    assert theirs.rung_posts == (), "it never rang there"
    assert ours.outcome_step.party == "us"


def test_the_attempt_by_telephone_is_one_that_its_author_reports(desks):
    for desk in desks.values():
        (other,) = [each for each in desk.calls(CallFilter(), 0, MANY).calls if each.channel is not None]
        assert (other.from_post, other.outcome) == (CHAIRMAN, Outcome.OTHER_CHANNEL)
        message = desk.message(other.id)
        assert message.form is Form.CONTACT
        assert message.one_sided


def test_the_desks_have_read_a_message_back_and_one_report_is_overdue_on_both_records(march, desks):
    played, _ = march
    (number,) = played.of(ReadBackMessage)
    (reported,) = played.of(Telephoned)
    for desk in desks.values():
        (chain,) = desk.message(number).chains
        for name in (StepName.TAKEN_BY, StepName.READ_BY, StepName.READ_BACK):
            assert chain.step(name).done
        assert {act.act.officer for step in chain.steps for act in step.acts} == {
            "demo: article; message and read-back illustration"
        }
        assert [each.id for each in desk.open_messages().messages if each.overdue] == [reported]


def test_the_claim_has_no_evidence_and_the_statement_of_21_march_is_about_no_post(march, desks):
    seen = look_at_presence(desks["us"])
    by_day = {report.report.when_ms[0]: report for report in seen.reports}
    sighting, monday, thursday = (by_day[at(f"2022-03-{day}T00:00Z")] for day in ("11", "21", "24"))
    assert sighting.kind is ReportKind.SIGHTING
    assert set(sighting.report.posts) == {MINISTER, CHIEF}
    assert str(sighting.report.grade) == "C3"
    assert (thursday.kind, str(thursday.report.grade)) == (ReportKind.CLAIM, "F6")
    assert str(thursday.standing) == "no_evidence"
    assert (monday.kind, monday.report.posts) == (ReportKind.CLAIM, ())
    assert monday.report.source
    assert all(pair.contacts == () for pair in seen.pairs if pair.ours != "us.duty"), (
        "none of it is a contact"
    )
    assert look_at_presence(desks["ru"]).reports == (), "what US notes lies with US alone"
    _, folders = march
    for folder in folders.values():
        for file in folder.path.glob("record.db*"):
            holds = b"verge of rupture" in file.read_bytes()
            assert not (holds and folder.party == "ru")


def test_the_line_was_tested_each_day_and_both_hold_the_same_signed_for(march):
    _, folders = march
    held = []
    for folder in folders.values():
        with Reader(folder.record_path, running=False) as reader:
            rows = reader.logs()
            cosigned = [reader.newest_cosigned(row["log"]) for row in rows]
            assert [each.size for each in cosigned] == [row["size"] for row in rows]
            held.append([each.root for each in cosigned])
            for row in rows:
                heads = [head_of(each) for each in reader.entries(row["log"], 0, MANY)]
                times = [head.written_ms for head in heads]
                assert times == sorted(times), "no clock ever goes back"
                assert times[-1] < at(RUNS_ON)
                assert Counter(head.kind for head in heads)[Kind.LINE_TEST] == 30
    assert held[0] == held[1]


def test_both_clocks_run_on_from_noon(march):
    _, folders = march
    for folder in folders.values():
        assert folder.clock().utc_ms >= at(RUNS_ON)
        assert folder.agreement.is_exercise


def test_a_stranger_verifies_the_communique_of_23_march(march):
    played, _ = march
    command = [sys.executable, "-m", "coupefeu.cli.main", "verify", str(played.communique)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stderr
    said = verified.stdout
    assert said.startswith("EXERCISE / EXERCICE / УЧЕНИЕ\n")
    assert "The file holds together." in said
    assert "Made, by the issuer’s clock: 23 MAR 22" in said
    assert len(re.findall(r"^US/\d+  CALL PLACED", said, re.MULTILINE)) == len(attempts(played))
    assert said.count("Refused") == 4
    (issued,) = [event for event in MARCH if isinstance(event.event, Issued)]
    assert issued.source
    assert all(words not in said for words in ("verge of rupture", "just reported")), "no note stands in it"
    assert [event for event in MARCH if isinstance(event.event, Noted)]


# --- the level ------------------------------------------------------------------------------------------------

LEVELS = (
    ("2022-02-23T20:00Z", Level.HOLDING, set()),
    ("2022-02-24T14:00Z", Level.STRAINED, {"call-declined"}),
    ("2022-03-05T20:00Z", Level.BROKEN, {"calls-unanswered"}),
    ("2022-03-17T06:00Z", Level.BROKEN, {"calls-unanswered", "contact-overdue"}),
    ("2022-03-24T11:59Z", Level.BROKEN, {"calls-unanswered", "contact-long-overdue", "desk-unstaffed"}),
)


def said(judged):
    return [
        (reason.rule, reason.level, reason.subject, reason.since_ms, reason.entries)
        for reason in judged.reasons
    ]


@pytest.mark.parametrize(("when", "level", "rules"), LEVELS)
def test_both_nodes_give_the_same_level_and_reasons_of_any_past_instant(desks, when, level, rules):
    ours, theirs = (desk.firebreak.at(at(when)) for desk in desks.values())
    assert ours.level is theirs.level is level
    assert said(ours) == said(theirs)
    assert rules <= {reason.rule for reason in ours.reasons}
    assert all(reason.entries for reason in ours.reasons), "each has its entries"


def test_while_a_node_was_dark_each_knew_another_thing(desks):
    """The third call without an answer breaks the firebreak, and the node that was dark knew nothing of it."""
    night, morning = at("2022-03-05T20:00Z"), at("2022-03-06T06:30Z")
    ours, theirs = (desk.firebreak.known_at(night) for desk in desks.values())
    assert (ours.level, theirs.level) == (Level.BROKEN, Level.STRAINED)
    assert said(ours) != said(theirs)
    ours, theirs = (desk.firebreak.known_at(morning) for desk in desks.values())
    assert ours.level is theirs.level is Level.BROKEN, "it learnt of it when it was back"


def test_the_strip_chart_breaks_where_the_third_call_stayed_unanswered(desks):
    histories = [desk.firebreak.history(at("2022-02-23T07:00Z"), at(RUNS_ON)) for desk in desks.values()]
    assert histories[0] == histories[1]
    levels = [span.level for span in histories[0]]
    assert levels[0] is Level.HOLDING
    assert levels[-1] is Level.BROKEN
    (line_down,) = [event for event in MARCH if getattr(event.event, "ends", None) is Outcome.LINE_DOWN]
    broken_ms = next(span.from_ms for span in histories[0] if span.level is Level.BROKEN)
    assert abs(broken_ms - line_down.at_ms) < 15 * 60_000
    assert Level.UNKNOWN not in levels


def test_no_claim_and_no_statement_is_a_reason(march, desks):
    played, _ = march
    notes = set(played.of(Noted))
    assert notes
    judged = desks["us"].firebreak.at(at(RUNS_ON) - 1)
    assert not notes & {entry for reason in judged.reasons for entry in reason.entries}
    before = desks["us"].firebreak.at(at("2022-03-21T15:00Z"))
    after = desks["us"].firebreak.at(at("2022-03-21T17:00Z"))
    assert [each[0] for each in said(before)] == [each[0] for each in said(after)]
