"""Writes that fail, lost or persisted; a full disk, a locked and a broken database: nothing acknowledged is lost."""

import pytest
from tests.killing import (
    BATCHES,
    OURS,
    acknowledged,
    at,
    count_steps,
    is_there,
    open_fast,
    say,
    stored_receipts,
    texts,
)
from tests.sizes import size
from tests.stores import AGREEMENT, do, moment, open_keeper

from coupefeu.errors import StoreError
from coupefeu.store.fsck import check_record
from coupefeu.store.jobs import Acted
from coupefeu.store.reader import Reader
from coupefeu.store.sqlite import open_for_writing
from coupefeu.testing.author import Author
from coupefeu.testing.faults import Fault, fail


def play_on(keeper, number):
    """Do a batch; what failed is asked for again, as an officer and a peer do."""
    outcomes = keeper.execute(BATCHES[number](keeper), at(number))
    if not any(isinstance(each, StoreError) for each in outcomes):
        return acknowledged(outcomes)["receipts"]
    assert all(each.code == "store.disk.failed" for each in outcomes)
    jobs = [job for job in BATCHES[number](keeper) if not is_there(keeper, job)]
    return acknowledged(keeper.execute(jobs, at(number)))["receipts"]


@pytest.mark.parametrize("phase", ["lost", "persisted"])
def test_every_write_that_fails_is_survived_without_a_restart(tmp_path, phase):
    every = size(small=2, full=1)
    for at_step in range((phase == "persisted") % every, count_steps(tmp_path), every):
        path = tmp_path / f"{at_step}.db"
        keeper = open_fast(path, durable=False)
        fault = Fault(at=at_step, after=phase == "persisted", strike=fail())
        fault.watch(keeper.connection)
        receipts = [each for number in range(len(BATCHES)) for each in play_on(keeper, number)]
        assert fault.struck == 1
        assert texts(keeper) == OURS
        assert [(state.size, state.complete) for state in keeper.states.values()] == [(4, 4), (8, 8)]
        stored = stored_receipts(keeper)
        assert all(each in stored for each in receipts)
        report = check_record(path, keeper.line.parties, 0, running=True)
        assert report.findings == (), (at_step, phase)
        keeper.close()
        path.unlink()


@pytest.mark.parametrize("after", [False, True])
def test_a_commit_that_fails_is_looked_at(tmp_path, after):
    keeper = open_keeper(tmp_path / "record.db")
    Fault(at=0, after=after, strike=fail(), only="COMMIT").watch(keeper.connection)
    (outcome,) = keeper.execute([say("once")], moment())
    assert isinstance(outcome, Acted) is after
    assert texts(keeper) == (["once"] if after else [])
    do(keeper, say("twice"))
    assert texts(keeper) == (["once", "twice"] if after else ["twice"])
    assert check_record(tmp_path / "record.db", keeper.line.parties, 0, running=True).is_clean


def test_while_a_commit_is_in_doubt_nothing_is_done(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    Fault(at=0, after=True, strike=fail(), only="COMMIT").watch(keeper.connection)
    Fault(at=0, after=False, strike=fail(), only="SELECT coalesce(max(arrival)").watch(keeper.connection)
    assert keeper.execute([say("once")], moment())[0].code == "store.disk.failed"
    for _ in range(2):
        assert keeper.execute([say("again")], moment())[0].code == "store.disk.in_doubt"
    keeper.close()
    keeper = open_keeper(tmp_path / "record.db")
    assert texts(keeper) == ["once"]
    do(keeper, say("twice"))
    assert check_record(tmp_path / "record.db", keeper.line.parties, 0, running=True).is_clean


def test_a_full_disk_refuses_all_of_the_batch_and_loses_nothing(tmp_path):
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    do(keeper, say("before"))
    (pages,) = keeper.connection.query("PRAGMA page_count").fetchone()
    keeper.connection.query(f"PRAGMA max_page_count={pages + 8}")
    written = 1
    while True:
        outcomes = keeper.execute([say("x" * 3_000), say("y" * 3_000)], moment())
        if isinstance(outcomes[0], StoreError):
            break
        written += 2
    assert [each.code for each in outcomes] == ["store.disk.full"] * 2
    assert "Free space" in outcomes[0].hint
    assert len(texts(keeper)) == keeper.states[0].size == written
    with Reader(path, running=True) as reader:
        assert len(reader.entries(0, 0, 100)) == written
    author = Author(AGREEMENT, "ru")
    for number in range(8):
        author.say(f"{number}" * 3_000)
    jobs = [author.checkpoint(0, 7), author.run(7, 8)]
    assert [each.code for each in keeper.execute(jobs, moment())] == ["store.disk.full"] * 2
    keeper.connection.query("PRAGMA max_page_count=1000000")
    do(keeper, say("after"))
    assert [each.held.complete for each in do(keeper, *jobs)] == [7, 7]
    assert texts(keeper)[-1] == "after"
    assert check_record(path, keeper.line.parties, 0, running=True).is_clean


def test_a_database_locked_by_another_program_can_be_read_and_refuses_to_write(tmp_path):
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    do(keeper, say("before"))
    keeper.connection.query("PRAGMA busy_timeout=0")
    other = open_for_writing(path)
    other.query("BEGIN IMMEDIATE")
    outcomes = keeper.execute([say("one"), say("two")], moment())
    assert [each.code for each in outcomes] == ["store.database.locked"] * 2
    assert "Another program" in outcomes[0].hint
    assert texts(keeper) == ["before"]
    other.query("ROLLBACK")
    do(keeper, say("after"))
    assert texts(keeper) == ["before", "after"]


def test_a_broken_database_says_so_and_what_to_do(tmp_path):
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    do(keeper, *[say(f"number {number}" + "x" * 2_000) for number in range(50)])
    keeper.close()
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4_096):
        content[page * 4_096 : (page + 1) * 4_096] = b"\x5a" * 4_096
    path.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        do(open_keeper(path), say("on broken ground"))
    assert refused.value.code == "store.database.corrupt"
    assert "fsck" in refused.value.hint
    parties = open_keeper(tmp_path / "other.db").line.parties
    assert not check_record(path, parties, 0, running=False).is_clean


def test_a_file_that_is_no_database_is_refused_and_not_changed(tmp_path):
    path = tmp_path / "record.db"
    path.write_bytes(b"minutes of a meeting " * 500)
    before = path.read_bytes()
    with pytest.raises(StoreError) as refused:
        open_keeper(path)
    assert refused.value.code == "store.database.corrupt"
    assert path.read_bytes() == before


def test_a_disk_that_fails_while_a_hole_closes_loses_nothing_of_what_waited(tmp_path):
    author = Author(AGREEMENT, "ru")
    for number in range(4):
        author.say(f"number {number}")
    for step in range(1_000):
        path = tmp_path / f"{step}.db"
        keeper = open_fast(path, durable=False)
        do(keeper, author.checkpoint(1, 2), author.checkpoint(2, 4))
        fault = Fault(at=step, after=False, strike=fail())
        fault.watch(keeper.connection)
        (outcome,) = keeper.execute([author.checkpoint(0, 1)], moment())
        if not fault.struck:
            break
        assert isinstance(outcome, StoreError)
        do(keeper, author.checkpoint(0, 1), author.checkpoint(1, 4))
        assert keeper.states[1].complete == 4
        assert check_record(path, keeper.line.parties, 0, running=True).findings == ()
        keeper.close()
    assert step > 4
