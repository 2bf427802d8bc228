"""Questions of presence, sightings and claims: what has effect, what stands, and what goes to nobody."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.passkeys import Passkey
from tests.stores import AGREEMENT, do, moment, open_keeper, view_rows

from coupefeu.errors import CoupefeuError, PolicyError, UsageError
from coupefeu.model.entry import Head, Kind, Reference, is_erasable
from coupefeu.model.presence import (
    Bearing,
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportAct,
    ReportKind,
)
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.node.statement_text import kind_signed
from coupefeu.services.base import Context
from coupefeu.services.bodies import decode_body
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import Say
from coupefeu.services.persons.facts import (
    EnrolKey,
    ShowPresence,
    Stated,
    encode_statement,
    enrolment_challenge,
    statement_challenge,
)
from coupefeu.services.persons.views import STATEMENTS
from coupefeu.services.presence import PresenceService
from coupefeu.services.presence.facts import (
    Asked,
    AskPresence,
    EnterReport,
    WithdrawReport,
    encode_asked,
    encode_note,
    read_note,
    read_presence,
)
from coupefeu.services.presence.reports import Standing, fold_reports
from coupefeu.services.presence.views import ASKED, REPORTS
from coupefeu.services.said import said_in
from coupefeu.store.fsck import check_record
from coupefeu.store.jobs import Act, ReadPart
from coupefeu.store.outgoing import load_pending
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.testing.joined import JoinedNodes
from coupefeu.wire import cbor

NOW_MS = moment().utc_ms
DAY_MS = 86_400_000
SALT = bytes(range(16))
THEIR_CHIEF = next(post.id for post in AGREEMENT.posts_of("ru") if post.id != "ru.duty")
OUR_CHIEF = next(post.id for post in AGREEMENT.posts_of("us") if post.id != "us.duty")
SEEN = Report(
    posts=(THEIR_CHIEF,),
    when_ms=(NOW_MS - 13 * DAY_MS, NOW_MS - 12 * DAY_MS),
    what="Seen at a meeting.",
    source="an agency of a third country",
    medium=Medium.PRESS,
    date_proof=DateProof.PUBLISHER,
    corroboration=Corroboration.REPEATED,
    grade=Grade(reliability=Reliability.B, credibility=Credibility.PROBABLE),
    date_words="the agency gives the day",
)
SAID = replace(
    SEEN,
    when_ms=(NOW_MS - DAY_MS, NOW_MS),
    what="The chief has just reported at a meeting.",
    medium=Medium.STATEMENT,
    date_proof=DateProof.NONE,
    date_words="",
    corroboration=Corroboration.NONE,
    grade=Grade(reliability=Reliability.C, credibility=Credibility.UNKNOWN),
    speaker="spokesman of the other side",
)


@pytest.fixture
def keeper(tmp_path):
    return open_keeper(tmp_path / "record.db")


def act(keeper, command, at=0):
    (entry,) = do(keeper, Act(command=command), at=at).entries
    return entry.recorded.log, entry.recorded.index


def entering(report, **named):
    fields = {"kind": ReportKind.CLAIM if report.speaker else ReportKind.SIGHTING, "salt": SALT} | named
    return EnterReport(from_post="us.duty", report=report, language="en", officer="first watch", **fields)


def enter(keeper, report, **named):
    return act(keeper, entering(report, **named))


def withdrawing(report, why="an older recording", salt=SALT):
    return WithdrawReport(withdraws=report, from_post="us.duty", why=why, language="en", salt=salt)


def withdraw(keeper, *report, **named):
    return act(keeper, withdrawing(*report, **named))


def rows(keeper, table):
    return [dict(row) for row in keeper.connection.execute(table.select().order_by(table.c.arrival), {})]


def reports(keeper):
    found = fold_reports([row for row in rows(keeper, REPORTS) if not row["effect"]], ("us", "ru"))
    return {each.number: each for each in found}


def refusal(call, *args, **named):
    with pytest.raises((PolicyError, UsageError)) as refused:
        call(*args, **named)
    return refused.value.code.rpartition(".")[2]


# --- sightings and claims ---------------------------------------------------------------------------------


def test_what_a_note_says_stands_beside_the_log_and_is_of_one_length(keeper):
    """Of what we note of the other side, its node gets a salted hash and no word (protocol A14)."""
    enter(keeper, SEEN)
    enter(keeper, replace(SEEN, what="x"))
    enter(keeper, SEEN)
    pending = list(load_pending(keeper.connection, 0, 0))
    assert [each.to_posts for each in pending] == [(), (), ()]
    bodies = [each.entry.body for each in pending]
    assert {len(body) for body in bodies} == {40}
    assert len(set(bodies)) == 3
    contents = [bytes(row[0]) for row in keeper.connection.query("SELECT content FROM attachments")]
    assert [len(each) for each in contents] == [512] * 3
    assert read_note(contents[0])[0].report == SEEN


def test_a_content_that_is_no_note_is_named():
    for bad in (b"", bytes(512), bytes(511), b"\x00\x01\xa0" + bytes(508) + b"x", bytes(16_896)):
        assert read_note(bad) == (None, "unreadable_note")


def test_a_claim_stays_a_claim_and_a_sighting_evidence(keeper):
    enter(keeper, SEEN)
    enter(keeper, SAID)
    found = reports(keeper)
    assert [each.kind for each in found.values()] == [ReportKind.CLAIM, ReportKind.SIGHTING], (
        "the newest first"
    )
    assert found["US/1"].report == SAID
    assert found["US/0"].report == SEEN
    assert found["US/1"].standing is Standing.NO_EVIDENCE
    assert str(found["US/1"].report.grade) == "C6"


def test_only_a_sighting_that_bears_on_a_claim_gives_it_evidence(keeper):
    claim = enter(keeper, SAID)
    enter(keeper, SEEN)
    assert reports(keeper)["US/0"].standing is Standing.NO_EVIDENCE, "a sighting of the same post is none"
    against = enter(keeper, SEEN, claim=claim, bearing=Bearing.CONTRADICTS)
    assert reports(keeper)["US/0"].standing is Standing.CONTRADICTED
    enter(keeper, SEEN, claim=claim, bearing=Bearing.SUPPORTS)
    found = reports(keeper)
    assert found["US/0"].standing is Standing.DISPUTED
    assert (found["US/0"].supported_by, found["US/0"].contradicted_by) == (("US/3",), ("US/2",))
    assert (found["US/2"].bears_on, found["US/2"].bearing) == ("US/0", Bearing.CONTRADICTS)
    withdraw(keeper, against)
    assert reports(keeper)["US/0"].standing is Standing.SUPPORTED, "what was taken back counts no more"


def test_an_amendment_takes_the_place_and_every_version_stays(keeper):
    first = enter(keeper, SEEN)
    graded = replace(SEEN, grade=Grade(reliability=Reliability.D, credibility=Credibility.DOUBTFUL))
    second = enter(keeper, graded, amends=first)
    (report,) = reports(keeper).values()
    assert (report.number, str(report.report.grade), report.withdrawn) == ("US/0", "D4", False)
    assert [each.act for each in report.versions] == [ReportAct.ENTERED, ReportAct.AMENDED]
    assert refusal(enter, keeper, SEEN, amends=first) == "superseded"
    assert refusal(withdraw, keeper, first) == "superseded"
    withdraw(keeper, second)
    (report,) = reports(keeper).values()
    assert (report.withdrawn, report.versions[-1].why) == (True, "an older recording")
    assert report.report == graded, "what was said last stays to be read"
    assert refusal(enter, keeper, SEEN, amends=(0, 2)) == "no_report", "nothing stands there any more"


def test_a_claim_that_was_amended_keeps_what_bears_on_it(keeper):
    claim = enter(keeper, SAID)
    enter(keeper, SEEN, claim=claim, bearing=Bearing.SUPPORTS)
    newer = enter(keeper, replace(SAID, what="He has reported."), amends=claim)
    assert reports(keeper)["US/0"].supported_by == ("US/1",)
    assert refusal(enter, keeper, SEEN, claim=claim, bearing=Bearing.SUPPORTS) == "superseded"
    enter(keeper, SEEN, claim=newer, bearing=Bearing.SUPPORTS)
    assert reports(keeper)["US/0"].supported_by == ("US/1", "US/3")


BAD = {
    "a claim as a sighting": ({"medium": Medium.STATEMENT}, "words_alone"),
    "of nobody": ({"posts": ()}, "missing_post"),
    "of a post that there is not": ({"posts": ("ru.nobody",)}, "no_post"),
    "twice of one post": ({"posts": (THEIR_CHIEF,) * 2}, "bad_posts"),
    "of nothing": ({"what": ""}, "bad_words"),
    "by no source": ({"source": ""}, "bad_words"),
    "before it begins": ({"when_ms": (NOW_MS, NOW_MS - 1)}, "bad_time"),
    "of tomorrow": ({"when_ms": (NOW_MS + 1, NOW_MS + DAY_MS)}, "future"),
    "confirmed by nobody": (
        {"grade": Grade(reliability=Reliability.A, credibility=Credibility.CONFIRMED)},
        "unconfirmed",
    ),
}


def test_a_sighting_that_would_have_no_effect_is_refused(keeper):
    for case, (changed, reason) in BAD.items():
        assert refusal(enter, keeper, replace(SEEN, **changed)) == reason, case
    assert rows(keeper, REPORTS) == []


def test_confirmed_needs_another_source(keeper):
    grade = Grade(reliability=Reliability.A, credibility=Credibility.CONFIRMED)
    for corroboration in (Corroboration.ONE_SOURCE, Corroboration.SEVERAL_SOURCES):
        enter(keeper, replace(SEEN, grade=grade, corroboration=corroboration))
    assert len(reports(keeper)) == 2


def test_what_bears_on_what_is_said_or_refused(keeper):
    seen = enter(keeper, SEEN)
    assert refusal(enter, keeper, SEEN, claim=seen, bearing=Bearing.SUPPORTS) == "no_report"
    assert refusal(enter, keeper, SEEN, claim=(0, 9), bearing=Bearing.SUPPORTS) == "no_report"
    claim = enter(keeper, SAID)
    assert refusal(enter, keeper, SEEN, claim=claim) == "missing_bearing"
    assert refusal(enter, keeper, SEEN, bearing=Bearing.SUPPORTS) == "missing_bearing"
    assert refusal(enter, keeper, SAID, claim=claim, bearing=Bearing.SUPPORTS) == "unexpected_bearing"
    assert refusal(enter, keeper, SAID, amends=seen) == "no_report", "a claim is no amendment of evidence"
    assert refusal(withdraw, keeper, (0, 9)) == "no_report"
    assert refusal(withdraw, keeper, claim, why="") == "bad_words"
    assert refusal(enter, keeper, SEEN, salt=bytes(15)) == "bad_salt"


def test_no_claim_takes_the_place_of_evidence_whatever_the_rows_say(keeper):
    enter(keeper, SEEN)
    enter(keeper, SAID)
    first, second = rows(keeper, REPORTS)
    changed = second | {"act": int(ReportAct.AMENDED), "amends_log": 0, "amends_idx": 0}
    kinds = [each.kind for each in fold_reports([changed, first], ("us", "ru"))]
    assert kinds == [ReportKind.CLAIM, ReportKind.SIGHTING]


def test_rows_are_made_anew_with_what_the_notes_say(keeper, tmp_path):
    seen = enter(keeper, SEEN)
    enter(keeper, SAID)
    withdraw(keeper, seen)
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert view_rows(keeper) == before
    line = keeper.line
    assert not check_record(tmp_path / "record.db", line.parties, line.our_log, running=True).findings
    keeper.connection.query("DELETE FROM attachments WHERE idx = 0")
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert effects(keeper, REPORTS) == ["content_absent", "", ""]
    findings = check_record(tmp_path / "record.db", line.parties, line.our_log, running=True).findings
    assert [each.code for each in findings] == ["store.fsck.attachment"], (
        "a note that lost its content is found"
    )


def test_a_claim_about_no_post_is_one(keeper):
    """A statement about relations changes no fact of the line."""
    enter(keeper, replace(SAID, posts=(), what="Relations are on the verge of rupture."))
    (report,) = reports(keeper).values()
    assert report.report.posts == ()


def test_only_our_posts_note_and_ask(keeper):
    assert refusal(act, keeper, replace(entering(SEEN), from_post="ru.duty")) == "foreign_post"
    ask = AskPresence(from_post="ru.duty", to_post="ru.duty")
    assert refusal(act, keeper, ask) == "foreign_post"
    assert refusal(act, keeper, AskPresence(from_post="us.duty", to_post=OUR_CHIEF)) == "own_post"
    assert refusal(act, keeper, AskPresence(from_post="us.duty", to_post="ru.nobody")) == "no_post"


def test_it_is_no_command_of_another_service():
    with pytest.raises(UsageError) as refused:
        PresenceService().decide(Say, [], None)
    assert refused.value.code == "services.presence.unknown_command"


# --- what the other side wrote ----------------------------------------------------------------------------


class TheirSide:
    """RU writes entries of these kinds, lawful or not."""

    def __init__(self, keeper):
        self.keeper, self.author = keeper, Author(AGREEMENT, "ru")

    def write(self, kind, body, *references, post="ru.duty", to_posts=("us.duty",)):
        head = self.author.head(kind=kind)
        fields = {name: getattr(head, name) for name in Head.__dataclass_fields__}
        named = tuple(Reference(log=log, index=index, leaf_hash=bytes(32)) for log, index in references)
        changed = {"from_post": post, "to_posts": to_posts, "references": named}
        index = self.author.write(Head(**(fields | changed)), body)
        do(self.keeper, self.author.checkpoint(index, index + 1))
        return self.author.log, index


@pytest.fixture
def theirs(keeper):
    return TheirSide(keeper)


def effects(keeper, table):
    return [row["effect"] for row in rows(keeper, table)]


def test_what_the_other_side_notes_is_no_evidence_that_we_keep(keeper, theirs):
    theirs.write(Kind.NOTE, encode_note(512, bytes(32)), to_posts=())
    theirs.write(Kind.NOTE, encode_note(512, bytes(32)), post="us.duty")
    theirs.write(Kind.NOTE, b"\xff")
    assert effects(keeper, REPORTS) == ["not_ours", "foreign_post", "unreadable_body"]
    assert reports(keeper) == {}


QUESTIONS = {
    "to one post of ours": (OUR_CHIEF,),
    "to two": (OUR_CHIEF, "us.duty"),
    "to nobody": (),
    "to their own": ("ru.duty",),
    "to no post": ("us",),
}


def test_a_question_is_to_one_post_of_another_party(keeper, theirs):
    for to_posts in QUESTIONS.values():
        theirs.write(Kind.PRESENCE_ASKED, encode_asked(Asked()), to_posts=to_posts)
    theirs.write(Kind.PRESENCE_ASKED, encode_asked(Asked()), to_posts=("us.duty",), post="us.duty")
    theirs.write(Kind.PRESENCE_ASKED, encode_asked(Asked(officer="x" * 81)), to_posts=("us.duty",))
    reasons = ["", "not_one_post", "not_one_post", "own_post", "own_post", "foreign_post", "long_officer"]
    assert effects(keeper, ASKED) == reasons


def enrol(keeper, device, post):
    asked = {"line_id": AGREEMENT.line_id, "post": post, "admitted_by": "head of the desk", "officer": ""}
    assertion = device.answer(enrolment_challenge(key=device.key, **asked))
    command = EnrolKey(from_post=post, key=device.key, assertion=assertion, admitted_by="head of the desk")
    return act(keeper, command)


def answer(device, key, about, leaf_hash, kind=Kind.PRESENCE_SHOWN):
    challenge = statement_challenge(
        line_id=AGREEMENT.line_id,
        post=OUR_CHIEF,
        about=about,
        leaf_hash=leaf_hash,
        text="I am here.",
        language="en",
        kind=kind,
    )
    return ShowPresence(
        from_post=OUR_CHIEF,
        about=about,
        leaf_hash=leaf_hash,
        key=key,
        assertion=device.answer(challenge),
        language="en",
        text="I am here.",
    )


def test_an_answer_is_an_assertion_over_the_question_itself(keeper, theirs):
    device = Passkey()
    key = enrol(keeper, device, OUR_CHIEF)
    question = theirs.write(Kind.PRESENCE_ASKED, encode_asked(Asked()), to_posts=(OUR_CHIEF,))
    (asked,) = rows(keeper, ASKED)
    leaf_hash = bytes(asked["leaf_hash"])
    as_statement = answer(device, key, question, leaf_hash, Kind.STATEMENT)
    assert _code(keeper, as_statement) == "keys.passkeys.other_challenge", "a statement is no answer"
    assert _code(keeper, answer(device, key, question, bytes(32))) == "", "the leaf hash is given by the node"
    (shown,) = rows(keeper, STATEMENTS)
    assert (shown["kind"], shown["effect"]) == (Kind.PRESENCE_SHOWN, "other_statement"), "and judged by it"
    good = answer(device, key, question, leaf_hash)
    assert _code(keeper, good) == ""
    assert _code(keeper, good) == "services.persons.replayed"
    assert effects(keeper, STATEMENTS) == ["other_statement", ""]


def _code(keeper, command):
    try:
        act(keeper, command)
    except CoupefeuError as refused:
        return refused.code
    return ""


def test_nobody_answers_a_question_of_his_own(keeper, theirs):
    device = Passkey()
    key = enrol(keeper, device, OUR_CHIEF)
    question = act(keeper, AskPresence(from_post=OUR_CHIEF, to_post=THEIR_CHIEF))
    command = answer(device, key, question, bytes(32))
    assert _code(keeper, command) == "services.persons.own_question"
    theirs_own = theirs.write(Kind.PRESENCE_ASKED, encode_asked(Asked()), to_posts=(OUR_CHIEF,))
    stated = Stated(
        public_key=device.public_key,
        origin=device.origin,
        rp_id=device.rp_id,
        assertion=command.assertion,
        language="en",
        text="I am here.",
    )
    theirs.write(Kind.PRESENCE_SHOWN, encode_statement(stated), theirs_own, (1, 0))
    assert effects(keeper, STATEMENTS) == ["own_question"]


def test_signing_a_question_answers_it_for_the_post_that_is_asked_alone():
    context = Context(
        now=moment(),
        our_log=0,
        parties=("us", "ru"),
        agreement=AGREEMENT,
        agreement_version=AGREEMENT.version,
    )
    asked = replace(Author(AGREEMENT, "ru").head(kind=Kind.PRESENCE_ASKED), to_posts=(OUR_CHIEF,))
    assert kind_signed((1, 4), asked, context, OUR_CHIEF) is Kind.PRESENCE_SHOWN
    assert kind_signed((0, 4), asked, context, "us.duty") is Kind.STATEMENT, "our own question is stood by"
    assert kind_signed((1, 4), replace(asked, kind=Kind.MESSAGE), context, "us.duty") is Kind.STATEMENT
    with pytest.raises(PolicyError) as refused:
        kind_signed((1, 4), asked, context, "us.duty")
    assert refused.value.code == "node.statement.not_asked"


# --- erased, rebuilt, said --------------------------------------------------------------------------------


def test_the_other_side_holds_a_hash_and_no_word(tmp_path):
    """A report, its amendment and its end are erased as one, and the rows are made anew the same."""
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.run(seconds=1)
    (first,) = nodes.us.act(entering(SEEN))
    nodes.us.say("and the line goes on")
    (second,) = nodes.us.act(entering(replace(SEEN, what="SECRET 7341"), amends=first))
    nodes.us.act(withdrawing(second))
    nodes.run(seconds=3)
    held = nodes.ru.keeper.connection.query("SELECT body FROM entries WHERE log = 0 ORDER BY idx")
    assert [len(body) == 40 for (body,) in held] == [True, False, True, True]
    kept = b"".join(each.read_bytes() for each in nodes.ru.path.parent.glob(f"{nodes.ru.path.name}*"))
    assert b"and the line goes on" in kept
    assert b"Seen at a meeting" not in kept
    line = nodes.ru.keeper.line
    found = check_record(nodes.ru.path, line.parties, line.our_log, running=True).findings
    assert not found
    given = nodes.us.keeper.execute([ReadPart(holder=1, log=0, index=first[1], number=0, offset=0)], moment())
    assert given[0].data == b"", "nobody who is not addressed is given it"
    assert refusal(nodes.us.act, EraseContent(message=second, from_post="us.duty")) == "part_of"
    nodes.us.act(EraseContent(message=first, from_post="us.duty"))
    assert effects(nodes.us.keeper, REPORTS) == ["erased"] * 3
    assert "7341" not in repr(view_rows(nodes.us.keeper))
    before = view_rows(nodes.us.keeper)
    rebuild(nodes.us.keeper.connection, nodes.us.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(nodes.us.keeper) == before


def test_questions_and_answers_stand_and_reports_may_go():
    erasable = {kind.name: is_erasable(kind) for kind in Kind if 112 <= kind <= 115}
    assert erasable == {"PRESENCE_ASKED": False, "PRESENCE_SHOWN": False, "NOTE": True}


@given(st.sampled_from([112, 114]), st.binary(max_size=300))
def test_any_bytes_are_read_or_named_and_never_raise(kind, body):
    fact, defect = read_presence(kind, body)
    assert (fact is None) == (defect == "unreadable_body")
    fact, defect = read_note(body.ljust(512, b"\x00"))
    assert (fact is None) == (defect == "unreadable_note")


def test_what_each_says():
    head = replace(Author(AGREEMENT, "us").head(), kind=int(Kind.NOTE))
    assert said_in(head, encode_note(512, bytes(32)), ()) == (("note-kept", "00" * 32),)
    asked = encode_asked(Asked(officer="first watch"))
    assert said_in(replace(head, kind=112), asked, ()) == (("presence-asked", ""), ("officer", "first watch"))


def test_commands_go_over_the_control_socket():
    device = Passkey()
    for command in (
        AskPresence(from_post="us.duty", to_post="ru.duty"),
        entering(SEEN, claim=(0, 1), bearing=Bearing.SUPPORTS),
        withdrawing((0, 1)),
        answer(device, (0, 1), (1, 2), bytes(32)),
    ):
        encoded = encode_command(command)
        assert decode_command(encoded["command"], encoded["fields"]) == command


def test_a_body_that_verify_cannot_read_is_told():
    head = replace(Author(AGREEMENT, "us").head(), kind=int(Kind.NOTE))
    with pytest.raises(CoupefeuError):
        decode_body(1, head, cbor.encode({0: 0}))


def test_a_challenge_is_that_of_the_specification():
    """Frozen: the other side, and every reader later, must make the same one."""
    found = statement_challenge(
        line_id=bytes(range(16)),
        post="us.chief",
        about=(1, 14),
        leaf_hash=bytes(32),
        text="Текст",
        language="ru",
        kind=Kind.PRESENCE_SHOWN,
    )
    assert found.hex() == "b4f1cb32a8a944e039368cb062a645d7fe96b6843b13c142b75392c680c1c994"
