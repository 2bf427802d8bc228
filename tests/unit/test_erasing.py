"""Content is erased, the fact stands: rows, views, bytes of the folder, proofs, receipts, and what may not go."""

import pytest
from tests.stores import AGREEMENT, do, moment, open_keeper, view_rows

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.erasure import Why
from coupefeu.model.messages import Channel, Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.leaf import head_matches, salts
from coupefeu.services.erasures.facts import EraseContent, Erasure, encode_erasure, parse_erasure
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import ConfirmContact, Read, ReadBack, Say, Take
from coupefeu.services.messages.status import StepName
from coupefeu.store.erased import erase_ranges
from coupefeu.store.fsck import check_record
from coupefeu.store.jobs import Act, FindWanted
from coupefeu.store.rebuild import rebuild
from coupefeu.store.sqlite import open_for_reading
from coupefeu.store.transaction import Transaction
from coupefeu.testing.author import Author
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.joined import JoinedNodes

SECRET = "the strayed aircraft bears the number 7341"
US_DESK, RU_DESK = (AGREEMENT.party(name).duty_desk for name in ("us", "ru"))


def order(message, **others):
    return EraseContent(message=message, from_post=US_DESK, **others)


def row_of(keeper, message):
    names = "seed, head, body, head_salt, erased, leaf"
    ((row),) = keeper.connection.query(f"SELECT {names} FROM entries WHERE log = ? AND idx = ?", message)
    return dict(zip(names.split(", "), row, strict=True))


@pytest.fixture
def line(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.run(seconds=1)
    return nodes


@pytest.fixture
def spoken(line):
    """A line on which US has said something with a file, and RU has read it back, word by word."""
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=SECRET, passages=("number 7341",))
    (message,) = line.us.act(
        Say(content=content, from_post=US_DESK, precedence=Precedence.IMMEDIATE, language="en")
    )
    line.attached = line.us.say("with a file", attachments=[b"the map of 7341"])
    line.run(seconds=2)
    line.ru.act(Take(message=message, from_post=RU_DESK, officer="watch 7341"))
    line.ru.act(ReadBack(message=message, from_post=RU_DESK, typed=("number 7341",)))
    line.run(seconds=2)
    line.message = message
    return line


def test_what_is_left_is_the_head_with_its_salt(spoken):
    before = row_of(spoken.us.keeper, spoken.message)
    spoken.us.act(order(spoken.message, reason="as both sides agreed"))
    after = row_of(spoken.us.keeper, spoken.message)
    assert (after["seed"], after["body"]) == (None, None)
    assert after["head_salt"] == salts(before["seed"])[0]
    assert (after["head"], after["leaf"]) == (before["head"], before["leaf"])
    assert head_matches(after["leaf"], AGREEMENT.origin("us"), after["head_salt"], after["head"])
    named = row_of(spoken.us.keeper, (0, after["erased"]))
    erasure = parse_erasure(named["body"])
    assert (erasure.why, erasure.post, erasure.reason) == (Why.ORDER, US_DESK, "as both sides agreed")
    assert b"7341" not in named["body"]


def test_the_acts_about_it_go_with_it_and_the_chain_still_says_who_did_what(spoken):
    spoken.us.act(order(spoken.message))
    status = spoken.us.message(spoken.message)
    assert status.erased.why is Why.ORDER
    assert status.erased.by.startswith("US/")
    assert (status.content, status.original, status.critical, status.effect) == (None, "", (), "")
    assert not status.waiting
    chain = status.chain("ru")
    assert chain.step(StepName.TAKEN_BY).done
    assert chain.step(StepName.READ_BACK).done
    (taken,) = chain.step(StepName.TAKEN_BY).acts
    assert (taken.post, taken.act.officer, taken.erased) == (RU_DESK, "", True)
    (back,) = chain.step(StepName.READ_BACK).acts
    assert back.verdict is None


def test_what_is_done_later_is_judged_by_the_head(spoken):
    spoken.us.act(order(spoken.message))
    spoken.ru.act(Read(message=spoken.message, from_post=RU_DESK))
    spoken.run(seconds=2)
    status = spoken.us.message(spoken.message)
    assert status.chain("ru").step(StepName.READ_BY).done
    assert not status.without_effect


def test_the_other_side_keeps_its_copy_and_is_told(spoken):
    spoken.us.act(order(spoken.message))
    spoken.run(seconds=2)
    assert spoken.ru.message(spoken.message).original == SECRET
    assert not check_record(
        spoken.ru.path, spoken.ru.keeper.line.parties, spoken.ru.keeper.line.our_log, running=True
    ).findings
    kinds = [change.recorded.head.kind for change in spoken.ru.changes if hasattr(change, "recorded")]
    assert Kind.ERASED in kinds


def test_no_byte_of_it_is_left_in_the_database_or_beside_it(spoken):
    for message in (spoken.message, spoken.attached):
        spoken.us.act(order(message))
    for path in spoken.us.path.parent.glob("us.db*"):
        assert b"7341" not in path.read_bytes(), path.name
    assert spoken.us.attachment(spoken.attached) is None
    assert b"7341" in spoken.ru.path.read_bytes() + spoken.ru.path.with_name("ru.db-wal").read_bytes()


def test_the_views_made_anew_are_the_same(spoken):
    for message in (spoken.message, spoken.attached):
        spoken.us.act(order(message))
    spoken.ru.act(Read(message=spoken.message, from_post=RU_DESK))
    spoken.run(seconds=2)
    keeper = spoken.us.keeper
    before = view_rows(keeper)
    assert "7341" not in repr(before)
    rebuild(keeper.connection, keeper.line, SERVICES, keeper.agreement)
    assert view_rows(keeper) == before


@pytest.mark.parametrize("ours", ["us", "ru"])
def test_odd_entries_are_erased_too_and_their_views_are_the_same(tmp_path, ours):
    """Whatever a peer writes: no head at all, kinds of a newer peer, a body of another kind."""
    keeper = open_keeper(tmp_path / "record.db", ours)
    author = Author(AGREEMENT, "ru" if ours == "us" else "us")
    desk = AGREEMENT.party(ours).duty_desk
    author.write(b"no head at all, planted", b"planted")
    author.write(author.head(kind=9_000), b"of a newer peer, planted")
    author.write(author.head(), b"no body of a message, planted")
    for kind in (18, 19, 20, 21, 22, 23, 24):
        author.write(author.head(kind=kind), b"about nothing, planted")
    do(keeper, author.checkpoint(0, author.size))
    for index in range(author.size):
        do(keeper, Act(command=EraseContent(message=(author.log, index), from_post=desk)))
    assert "planted" not in repr(view_rows(keeper))
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, keeper.agreement)
    assert view_rows(keeper) == before
    path = tmp_path / "record.db"
    assert not check_record(path, keeper.line.parties, keeper.line.our_log, running=True).findings
    assert all(b"planted" not in each.read_bytes() for each in tmp_path.glob("record.db*"))


def test_after_a_start_all_is_complete_and_nothing_is_asked_for(spoken):
    for message in (spoken.message, spoken.attached):
        spoken.us.act(order(message))
    log = AGREEMENT.log_number("ru")
    spoken.us.stop()
    spoken.us.start()
    state = spoken.us.keeper.states[log]
    assert not state.withheld
    assert state.complete == state.size
    spoken.connect()
    spoken.run(seconds=2)
    spoken.us.say("the line goes on")
    spoken.run(seconds=2)
    assert spoken.ru.texts()[-1] == "the line goes on"


@pytest.mark.parametrize("sent_again", ["checkpoint", "run"])
def test_content_that_comes_again_is_not_taken(tmp_path, sent_again):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    author.say(SECRET)
    author.say("another")
    do(keeper, author.checkpoint(0, 2))
    do(keeper, Act(command=order((1, 0))))
    do(keeper, getattr(author, sent_again)(0, 2))
    assert row_of(keeper, (1, 0))["body"] is None


def refusal(line, message, **others):
    with pytest.raises((PolicyError, UsageError)) as refused:
        line.us.act(order(message, **others))
    return refused.value.code.rpartition(".")[2]


def test_what_may_not_go(spoken):
    about = spoken.ru.act(Read(message=spoken.message, from_post=RU_DESK))[0]
    spoken.run(seconds=2)
    assert refusal(spoken, (0, 999)) == "unknown"
    assert refusal(spoken, about) == "part_of"
    spoken.us.act(order(spoken.message))
    assert refusal(spoken, spoken.message) == "nothing"
    with pytest.raises(PolicyError) as refused:
        spoken.us.act(EraseContent(message=spoken.attached, from_post=RU_DESK))
    assert refused.value.code == "services.erasures.foreign_post"
    assert refusal(spoken, spoken.attached, reason="x" * 201) == "long_reason"


def test_what_the_line_still_owes_is_not_erased(spoken):
    spoken.disconnect()
    owed = spoken.us.say("not on their record yet")
    assert refusal(spoken, owed) == "owed"
    spoken.connect()
    spoken.run(seconds=3)
    spoken.us.act(order(owed))


def test_what_sounds_is_not_erased(spoken):
    flash = spoken.us.say("STOP", Precedence.FLASH)
    spoken.run(seconds=2)
    desk = RU_DESK
    with pytest.raises(PolicyError) as refused:
        spoken.ru.act(EraseContent(message=flash, from_post=desk))
    assert refused.value.code == "services.erasures.sounds"
    spoken.ru.act(Take(message=flash, from_post=desk))
    spoken.run(seconds=2)
    spoken.ru.act(EraseContent(message=flash, from_post=desk))
    assert not spoken.ru.message(flash).sounds


def test_what_governs_the_line_stands(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    kinds = (0, 1, 2, 3, 4, 5, 6, 7, 15, 17, 32, 33, 48, 49, 64, 65, 66)
    for kind in kinds:
        author.write(author.head(kind=kind), b"\xa0")
    do(keeper, author.checkpoint(0, author.size))
    for index in range(author.size):
        (outcome,) = keeper.execute([Act(command=order((1, index)))], moment(1))
        assert outcome.code == "services.erasures.nothing", kinds[index]


def test_a_reader_that_holds_the_write_ahead_log_only_puts_its_end_off(spoken):
    """Nothing waits for a reader: the log is emptied by the first commit a second after it has gone."""
    wal = spoken.us.path.with_name("us.db-wal")
    spoken.us.act(order(spoken.attached))
    reader = open_for_reading(spoken.us.path, running=True)
    reader.query("BEGIN")
    assert reader.query("SELECT count(*) FROM entries").fetchone()
    spoken.us.act(order(spoken.message))
    assert b"7341" in wal.read_bytes() + spoken.us.path.read_bytes()
    reader.query("COMMIT")
    reader.close()
    spoken.clock.advance(1_000)
    spoken.us.say("another word")
    for path in spoken.us.path.parent.glob("us.db*"):
        assert b"7341" not in path.read_bytes(), path.name


def test_a_start_empties_what_a_killed_node_left_in_the_write_ahead_log(spoken, tmp_path):
    for message in (spoken.message, spoken.attached):
        spoken.us.act(order(message))
    wal = spoken.us.path.with_name("us.db-wal")
    spoken.us.say("in the log beside it")
    assert wal.stat().st_size
    left = tmp_path / "left"
    left.mkdir()
    for path in spoken.us.path.parent.glob("us.db*"):
        (left / path.name).write_bytes(path.read_bytes())
    keeper = open_keeper(left / "us.db")
    assert (left / "us.db-wal").stat().st_size == 0
    keeper.close()


def test_the_entry_names_the_exchange_so_that_no_page_goes_on_showing_it(spoken):
    spoken.us.act(order(spoken.message))
    recorded = spoken.us.changes[-1].recorded
    assert recorded.head.kind == Kind.ERASED
    assert [(each.log, each.index) for each in recorded.head.references] == [spoken.message]


def test_what_another_branch_says_in_the_same_place_goes_with_it(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    author.say("first")
    fork = author.copy()
    author.say("one truth, planted")
    fork.say("another truth, planted")
    do(keeper, author.checkpoint(0, 2))
    do(keeper, fork.run(1, 2))
    ((kept,),) = keeper.connection.query("SELECT count(*) FROM branches")
    assert kept == 1
    do(keeper, Act(command=order((1, 1))))
    for path in tmp_path.glob("record.db*"):
        assert b"planted" not in path.read_bytes()
    assert not check_record(tmp_path / "record.db", keeper.line.parties, 0, running=True).findings


def test_what_another_branch_says_in_a_place_that_was_erased_is_kept_without_content(tmp_path):
    """Whether it came before the order, under an entry that held nothing any more, or comes after it."""
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    author.say("first")
    forks = [author.copy(), author.copy()]
    author.say("one truth, planted")
    for number, fork in enumerate(forks):
        fork.say(f"another truth {number}, planted")
    do(keeper, author.checkpoint(0, 2))
    do(keeper, forks[0].run(1, 2))
    do(keeper, Act(command=order((1, 1))))
    keeper.connection.query("UPDATE branches SET seed = zeroblob(32), body = 'planted'")
    with keeper.connection.raw:
        transaction = Transaction(keeper.connection, keeper.line, keeper.states, {}, None, 0)
        assert erase_ranges(transaction, ((1, 1, 2),), (0, 0)) == 0, "of the log itself nothing is held"
        transaction.flush()
    do(keeper, forks[1].run(1, 2), at=3_600)
    rows = keeper.connection.query("SELECT length(seed), length(head) > 0, length(body) FROM branches")
    assert rows.fetchall() == [(0, 1, 0)] * 2
    keeper.close()
    assert b"planted" not in (tmp_path / "record.db").read_bytes()


def test_of_a_leaf_alone_there_is_nothing_to_erase_and_its_content_may_still_come(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    author.say("to us")
    author.say("its content is withheld")
    do(keeper, author.checkpoint(0, 2, leaf_only={1}))
    do(keeper, Act(command=order((1, 0))))
    (outcome,) = keeper.execute([Act(command=order((1, 1)))], moment(1))
    assert outcome.code == "services.erasures.nothing"
    do(keeper, author.checkpoint(0, 2))
    assert row_of(keeper, (1, 0))["body"] is None
    assert row_of(keeper, (1, 1))["body"] is not None


def test_nothing_is_awaited_of_what_is_erased(spoken):
    message = spoken.us.say("nobody has acted on it")
    spoken.run(seconds=2)
    assert spoken.us.message(message).waiting
    spoken.us.act(order(message))
    status = spoken.us.message(message)
    assert (status.waiting, status.overdue, status.sounds) == ((), False, False)


def test_behind_a_withheld_body_an_erased_one_is_not_lacking_after_a_start(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    author.say("withheld")
    author.say("erased")
    do(keeper, author.checkpoint(0, 2, leaf_only={0}))
    do(keeper, Act(command=order((1, 1))))
    keeper.close()
    again = open_keeper(tmp_path / "record.db")
    assert list(again.states[1].withheld.ranges(9)) == [(0, 1)]
    assert 1 in again.states[1].beyond


def test_a_reply_and_a_confirmation_of_what_is_erased_are_judged_by_the_head(spoken):
    asked = Content(form=Form.REQUEST_FOR_EXPLANATION, subject=Subject.CLARIFICATION, text="Why?")
    contact = Content(
        form=Form.CONTACT, subject=Subject.SERVICE, text="We spoke.", channel=Channel.TELEPHONE,
        counterpart="their desk", time_ms=START_UTC_MS - START_UTC_MS % 60_000,
    )  # fmt: skip
    (request,), (reported,) = (
        spoken.ru.act(Say(content=each, from_post=RU_DESK, precedence=Precedence.ROUTINE, language="ru"))
        for each in (asked, contact)
    )
    spoken.run(seconds=2)
    for message in (request, reported):
        spoken.us.act(order(message))
    reply = Content(form=Form.REPLY, subject=Subject.CLARIFICATION, text="Because.")
    spoken.us.act(
        Say(content=reply, from_post=US_DESK, precedence=Precedence.ROUTINE, language="en", about=request)
    )
    spoken.us.act(ConfirmContact(message=reported, from_post=US_DESK))
    spoken.run(seconds=2)
    for node in spoken.nodes:
        assert not node.message(request).without_effect
        assert not node.message(reported).without_effect
    assert spoken.ru.message(request).replies
    assert spoken.ru.message(reported).confirmations


def test_files_that_their_author_has_erased_are_asked_for_no_more(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    gone = author.attach(b"never fetched")
    kept = author.attach(b"fetched later")
    erasure = Erasure(why=Why.ORDER, ranges=((0, 0, 9), (1, gone, gone + 1)), post=RU_DESK)
    author.write(author.head(kind=Kind.ERASED), encode_erasure(erasure))
    do(keeper, author.checkpoint(0, 3))
    wanted = do(keeper, FindWanted(log=1))
    assert [each.index for each in wanted.items] == [kept]
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, keeper.agreement)
    assert view_rows(keeper) == before
