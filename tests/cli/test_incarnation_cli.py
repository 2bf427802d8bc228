"""Opening and taking a new incarnation as an officer in charge types it, on real folders and over real sockets."""

import asyncio
import shutil
import sqlite3
from functools import partial
from types import SimpleNamespace

import pytest

import coupefeu
from coupefeu.console.record import RecordLists
from coupefeu.errors import UsageError
from coupefeu.keys.ring import read_staged_key
from coupefeu.node import incarnation
from coupefeu.node.apart_jobs import pack_proof, pack_record, verify_records
from coupefeu.node.demo.watching import wait_until
from coupefeu.node.desk import Desk
from coupefeu.node.entries import wanted_of
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.in_force import InForce
from coupefeu.node.verified import RecordVerdict
from coupefeu.store.reader import Reader

WITHIN_S = 60


def lose_high_water(line):
    """What a restored folder looks like: how far it has signed is not known."""
    (line.us / "highwater").unlink()


def opened(line):
    lose_high_water(line)
    return line.json("incarnation", "open", "--yes", node=line.us)


async def speak(line):
    """Both nodes online: US says something in its new log, RU answers, both are receipted."""
    async with coupefeu.Node.open(line.us) as us, coupefeu.Node.open(line.ru) as ru:
        sent = await us.line("RU").send("Here again.")
        await sent.receipt()
        answer = await ru.line("US").send("Heard.")
        await answer.receipt()
        return sent.number, answer.number


def test_a_node_that_lost_how_far_it_signed_goes_on_in_a_new_log(line):
    lose_high_water(line)
    assert line.refused("say", "Hello?", node=line.us).code == "node.assembly.recovering"
    lines = line.run("incarnation", "open", "--yes", node=line.us)
    assert "US.2/0" in " ".join(lines)

    number, _ = asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    assert number.startswith("US.2/")
    assert NodeFolder.open(line.ru).need_line().opened == NodeFolder.open(line.us).need_line().opened
    for node in (line.us, line.ru):
        entries = [each["entry"] for each in line.json("record", "--party", "us", node=node)["entries"]]
        assert {"US/0", "US.2/0", number} <= set(entries)
        assert line.json("fsck", node=node)["clean"]
        status = line.json("status", node=node)
        assert [each["name"] for each in status["records"]["us"]["earlier"]] == ["US"]
        assert status["records"]["us"]["name"] == "US.2"
        assert line.shown(number, node=node)["number"] == number


@pytest.mark.parametrize("which", [(), ("--incarnation", "1"), ("--incarnation", "2")])
def test_every_log_of_a_party_is_exported_proved_and_verified(line, which):
    opened(line)
    asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    name = "US" if which[-1:] == ("1",) else "US.2"
    to = str(line.folder / "exported")
    assert line.json("export", "record", "--party", "us", "--to", to, *which, node=line.ru)["log"] == name
    shown = line.json("verify", to, "--deep", node=None)
    assert shown["agreement"]["names_these_keys"], (
        "the agreement, or the statement in entry 0 that opens the log"
    )
    proof = str(line.folder / "proof")
    line.run("prove", "--party", "us", "--index", "1", "--to", proof, *which, node=line.ru)
    assert line.json("verify", proof, node=None)["origin"].endswith("/2" if name == "US.2" else "/1")


def test_by_a_file_where_the_line_does_not_come_up(line):
    lose_high_water(line)
    to = line.folder / "us.incarnation"
    line.run("incarnation", "open", "--yes", "--to", str(to), node=line.us)
    taken = line.json("incarnation", "take", str(to), node=line.ru)
    assert (taken["log"], taken["closed"]) == ("US.2", "US")
    assert (
        line.refused("incarnation", "take", to, node=line.ru).code == "services.agreement.known_incarnation"
    )
    assert line.refused("incarnation", "take", to, node=line.us).code == "services.agreement.own_incarnation"
    number, _ = asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    assert number.startswith("US.2/")


def test_nothing_is_opened_where_nothing_calls_for_it_and_nobody_decided(line):
    theirs = ("--identity", line.ru / "keys" / "identity.key")
    for words, code in (
        (("--yes",), "node.incarnation.uncalled"),
        (("--anyway",), "cli.incarnation.unasked"),
        (("--anyway", "--yes", *theirs), "node.incarnation.other_identity"),
    ):
        assert line.refused("incarnation", "open", *words, node=line.us).code == code
    assert not NodeFolder.open(line.us).need_line().opened
    assert line.json("incarnation", "open", "--anyway", "--yes", node=line.us)["log"] == "US.2"
    assert line.json("incarnation", "open", "--anyway", "--yes", node=line.us)["log"] == "US.2", (
        "begun, and goes on"
    )


STEPS = [("stage_key", 1), ("write_high_water", 1), ("save_incarnation", 1), ("write_high_water", 2)]


@pytest.mark.parametrize(("step", "time"), STEPS, ids=["keys", "mark", "statement", "marks anew"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cut_off_at_any_step_the_same_command_goes_on(line, monkeypatch, step, time, after):
    lose_high_water(line)
    real = getattr(incarnation, step)

    done = []

    def cut(*arguments):
        done.append(step)
        if after or len(done) < time:
            real(*arguments)
        if len(done) == time:
            raise KeyboardInterrupt

    folder = NodeFolder.open(line.us)
    closing = incarnation.find_closing(folder)
    with monkeypatch.context() as patch:
        patch.setattr(incarnation, step, cut)
        with pytest.raises(KeyboardInterrupt):
            incarnation.open_incarnation(folder, closing)
    if not NodeFolder.open(line.us).need_line().opened:
        assert line.refused("say", "Hello?", node=line.us).code == "node.assembly.recovering"
    assert line.json("incarnation", "open", "--yes", node=line.us)["log"] == "US.2"
    assert line.say("Here again.", node=line.us).startswith("US.2/")
    assert len(NodeFolder.open(line.us).need_line().opened) == 1
    assert read_staged_key(line.us / "keys", "log") is None


def test_everything_else_works_on_a_record_with_two_logs_of_one_party(line):
    opened(line)
    asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    to = line.folder / "communique.html"
    line.json("communique", "--all", "--to", to, node=line.us)
    line.json("verify", to)
    backup = line.json("backup", "--to", line.folder / "us.backup", node=line.us)
    assert set(backup["entries"]) == {"us", "us.2", "ru"}
    line.json("rebuild", node=line.ru)
    folder = NodeFolder.open(line.ru)
    verdicts = {each.party: each.verdict for each in verify_records(folder, lambda *_: None)}
    assert verdicts == dict.fromkeys(("us", "us.2", "ru"), RecordVerdict.HOLDS)
    for number, pack in enumerate((partial(pack_record, folder), partial(pack_proof, folder))):
        index = (0,) * number
        assert pack(line.folder / f"{number}.zip", "us.2", *index, lambda *_: None) > 0


def copied(line, name="copy"):
    """The folder as a restored backup of now would be: without the high-water file."""
    copy = line.folder / name
    shutil.copytree(line.us, copy, ignore=shutil.ignore_patterns("highwater", "control.sock"))
    return copy


def leaf(node, log):
    with Reader(NodeFolder.open(node).record_path, running=False) as reader:
        return reader.entry(log, 0)["leaf"]


@pytest.mark.parametrize("marks", [None, "as of before"], ids=["no high-water file", "an older one"])
def test_a_copy_made_before_the_first_start_never_signs_that_log_again(line, marks):
    before = (line.us / "highwater").read_bytes()
    opened(line)
    copy = copied(line)
    if marks is not None:
        (copy / "highwater").write_bytes(before)
    assert line.say("Begun.", node=line.us).startswith("US.2/")
    first = leaf(line.us, 2)

    assert line.refused("say", "Hello?", node=copy).code == "node.assembly.recovering"
    assert line.json("status", node=copy)["recovering"]
    lines = " ".join(line.run("incarnation", "open", "--yes", node=copy))
    assert "US.3/0" in lines
    assert "us.2.incarnation" in lines, "those who do not know of US.2 must be given it"
    assert line.say("Here again.", node=copy).startswith("US.3/")
    with pytest.raises(UsageError, match="not on the record"):
        leaf(copy, 2)
    assert leaf(line.us, 2) == first
    taken = copy / "agreement" / "us.2.incarnation"
    assert line.json("incarnation", "take", taken, node=line.ru)["log"] == "US.2"


def test_a_folder_of_before_an_incarnation_opens_none_once_it_was_told(line):
    line.say("One.", node=line.us)
    copy = copied(line)
    opened(line)

    async def meet(node, until):
        async with coupefeu.Node.open(line.ru), coupefeu.Node.open(node):
            await wait_until(until, "the other side has answered")

    def knows():
        return bool(NodeFolder.open(line.ru).need_line().opened)

    def is_told():
        with Reader(copy / "record.db", running=True) as reader:
            return reader.is_closed_since(0)

    asyncio.run(asyncio.wait_for(meet(line.us, knows), WITHIN_S))
    asyncio.run(asyncio.wait_for(meet(copy, is_told), WITHIN_S))
    refused = line.refused("incarnation", "open", "--yes", "--anyway", node=copy)
    assert refused.code == "node.incarnation.superseded"
    assert not NodeFolder.open(copy).need_line().opened
    assert line.refused("say", "Hello?", node=copy).code == "node.assembly.recovering"


def test_no_backup_is_made_of_an_incarnation_that_has_no_entry_yet(line):
    opened(line)
    refused = line.refused("backup", "--to", line.folder / "us.backup", node=line.us)
    assert refused.code == "node.backup.unfinished"
    line.say("Begun.", node=line.us)
    assert line.json("backup", "--to", line.folder / "us.backup", node=line.us)["entries"]["us.2"] > 1


def test_the_record_is_listed_by_party_or_by_one_of_its_logs(line):
    opened(line)
    number, _ = asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    desk = Desk.open(NodeFolder.open(line.ru), running=False)
    try:
        for party, logs in (("us", {"US", "US.2"}), ("US.2", {"US.2"}), ("ru", {"RU"}), ("us.3", set())):
            listed = {
                each["entry"] for each in line.json("record", "--party", party, node=line.ru)["entries"]
            }
            assert {each.partition("/")[0] for each in listed} == logs
            for kind in (None, "message"):
                page = RecordLists().page(desk, wanted_of(("us", "ru"), party, kind), 0, 100)
                shown = {row.number for row in page.rows}
                assert {each.partition("/")[0] for each in shown} == logs
                assert shown <= listed
                assert (number in shown) == ("US.2" in logs)
                assert kind or page.total == len(shown) == len(listed)
    finally:
        desk.close()
    assert wanted_of(("us", "ru"), "us").takes_log(2, 2)
    assert not wanted_of(("us", "ru"), "us.2").takes_log(0, 2)
    assert line.refused("record", "--party", "fr.2", node=line.ru).code == "node.entries.party"


def test_fsck_compares_folder_and_record_behind_an_incarnation_too(line):
    """A key statement that the folder lacks, then an agreement of another line in entry 0 of the log that is closed."""
    opened(line)
    asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    statement = line.folder / "cosigner.statement"
    line.run("agreement", "replace-key", "cosigner", "--to", statement, node=line.ru)
    line.run("agreement", "record-statement", statement, node=line.us)
    asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    assert line.json("fsck", node=line.us)["clean"]
    (kept,) = (line.us / "agreement").glob("ru-*.statement")
    kept.unlink()
    (lacking,) = line.json("fsck", node=line.us, code=7)["findings"]
    assert "not in the folder" in lacking["what"]

    other, _ = pair_exercise(line.folder / "other-us", line.folder / "other-ru")
    with sqlite3.connect(line.us / "record.db") as connection:
        connection.execute("UPDATE entries SET body = ? WHERE log = 0 AND idx = 0", (other.opening_body,))
    found = line.json("fsck", node=line.us, code=7)["findings"]
    assert "entry 0 holds another agreement than agreement/0001.toml" in {each["what"] for each in found}


def test_a_log_that_its_party_closes_below_what_was_co_signed_is_told_and_shown(line):
    """US came back with an older record, and opened its new log on that: RU holds more of the old one."""
    shutil.copytree(line.us, line.folder / "older", ignore=shutil.ignore_patterns("control.sock"))
    asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    held = line.json("status", node=line.ru)["records"]["us"]["size"]
    shutil.rmtree(line.us)
    (line.folder / "older").rename(line.us)
    opened(line)
    assert not [each for each in line.run("status", node=line.ru) if "was closed at" in each]
    (file,) = (line.us / "agreement").glob("*.incarnation")
    line.run("incarnation", "take", file, node=line.ru)
    (earlier,) = line.json("status", node=line.ru)["records"]["us"]["earlier"]
    closed_at = earlier["closed_at"]
    assert closed_at < held
    said = f"! US was closed at {closed_at:,} entries; {held:,} were co-signed, and stand."
    assert said in line.run("status", node=line.ru)
    told = []
    folder = NodeFolder.open(line.ru)
    keeper = SimpleNamespace(states={0: SimpleNamespace(size=held)}, standing=None)
    watched = InForce(folder, keeper, SimpleNamespace(tell=told.append), None, folder.clock)
    watched._tell_disowned(folder.need_line().opened[0])
    assert [(each.party, each.code) for each in told] == [(0, "node.in_force.disowned")]
    assert f"closed its log at {closed_at:,} entries, and {held:,} of it are held" in told[0].detail


def test_what_waits_and_names_what_a_party_has_lost_is_read_there_by_a_log_opened_since(line):
    """RU has answered to an entry that US lost with its record; the answer waits when US comes back in a new log."""
    shutil.copytree(line.us, line.folder / "older", ignore=shutil.ignore_patterns("control.sock"))
    asyncio.run(asyncio.wait_for(speak(line), WITHIN_S))
    shutil.rmtree(line.us)
    (line.folder / "older").rename(line.us)
    opened(line)

    async def meet():
        async with coupefeu.Node.open(line.ru) as ru:
            answer = await ru.line("US").send("After what you said last.")
            async with coupefeu.Node.open(line.us):
                await answer.receipt()
                return answer.number

    number = asyncio.run(asyncio.wait_for(meet(), WITHIN_S))
    assert line.shown(number, node=line.us)["text"] == "After what you said last."
