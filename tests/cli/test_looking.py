"""Commands that only look: what they say, and that they leave every byte of the folder as it was."""

import asyncio
import hashlib
import re
import shutil
import sqlite3

import pytest
from tests.cli.conftest import BANNER, PLACE

import coupefeu
from coupefeu.cli.status import status_lines
from coupefeu.cli.watch import Screen
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.following import AttachmentSeen, LineSeen, StaffingSeen, TermsSeen
from coupefeu.services.watch.facts import PlanRoster

DAY_MS = 86_400_000
LOOKING = {
    "status": ["status"],
    "inbox": ["inbox"],
    "inbox-all": ["inbox", "--all"],
    "inbox-one": ["inbox", "WARNING"],
    "record": ["record"],
    "fsck": ["fsck"],
    "export": ["export", "record", "--party", "us", "--to", "OUT"],
    "prove": ["prove", "--party", "us", "--index", "INDEX", "--to", "OUT"],
    "agreement": ["agreement", "show"],
}
CHAIN = (
    "ON THEIR RECORD (machine)",
    "SHOWN ON A SCREEN (machine)",
    "TAKEN BY",
    "READ BY",
    "READ BACK",
    "PASSED TO",
    "OUTCOME",
)


def state_of(folder):
    return {
        path.relative_to(folder): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).digest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fill(line, command, folder=None):
    """Give the words of a command, with the numbers of this line."""
    index = line.text.partition("/")[2]
    values = {"OUT": str(folder / "out") if folder else "", "WARNING": line.warning, "INDEX": index}
    return [values.get(word, word) for word in LOOKING[command]]


@pytest.mark.parametrize("which", ["us", "ru", "killed"])
@pytest.mark.parametrize("command", LOOKING)
def test_looking_changes_no_byte_and_says_exercise_first(line, tmp_path, command, which):
    node = line.folder / which
    before = state_of(node)
    words = fill(line, command, tmp_path)
    lines = line.run(*words, node=node)
    assert lines[0] == BANNER
    assert state_of(node) == before


@pytest.mark.parametrize("command", LOOKING)
def test_json_is_one_object_with_exercise_first_and_no_bar(line, tmp_path, command):
    words = fill(line, command, tmp_path)
    values = line.json(*words)
    assert next(iter(values)) == "exercise"
    assert values["exercise"] is True


@pytest.mark.parametrize("node", ["us", "ru"])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("command", ["status", "inbox", "inbox-all", "inbox-one", "record", "fsck"])
def test_lists_fit_a_terminal_of_80_columns_without_colour_or_tick(line, command, late, node):
    if late:
        a_day_later(line)
    text = "\n".join(line.run(*fill(line, command), node=getattr(line, node)))
    assert [one for one in text.split("\n") if len(one) > 80] == []
    assert not re.search("[\x1b✓✔✅☑]", text)


def a_day_later(line):
    """As if everything had been stored a day earlier: whatever is awaited is overdue."""
    for folder in (line.us, line.ru):
        with sqlite3.connect(folder / "record.db") as record:
            record.execute("UPDATE entries SET arrived_ms = arrived_ms - 86400000")
        record.close()
        line.run("rebuild", node=folder)


def test_what_is_overdue_is_named_with_its_steps(line):
    a_day_later(line)
    values = line.json("status", node=line.ru)
    late = next(each for each in values["overdue"] if each["message"] == line.warning)
    assert late == {"message": line.warning, "precedence": "FLASH", "steps": [
        "ru read-by", "ru read-back", "ru outcome",
    ]}  # fmt: skip
    assert f"  ! FLASH {line.warning}: RU READ BY, RU READ BACK, RU OUTCOME" in line.run(
        "status", node=line.ru
    )
    lines = line.run("inbox", "--language", "en", node=line.ru)
    first = lines.index(f"FLASH  {line.warning}  WARNING  SAFETY")
    said = lines[first : lines.index("", first)]
    assert "  Operative word: STOP" in said
    assert f"  Place: {PLACE}" in said, "a FLASH says what it wants before it is opened"
    late_steps = [one.split(": ")[0] for one in lines[first : first + 9] if one.startswith("  ! ")]
    assert late_steps == ["  ! RU · READ BY", "  ! RU · READ BACK", "  ! RU · OUTCOME"]


def test_status_of_a_stopped_node_says_so_and_what_each_side_holds(line):
    values = line.json("status")
    assert values["running"] is False
    assert values["lines"] == {}
    assert set(values) == {
        "exercise", "party", "as_of_ms", "agreement", "recovering", "backup", "records", "open", "looked_at", "overdue",
        "evidence", "not_whole", "watches", "unstaffed", "running", "lines", "calls", "recovery", "clock_shift_ms",
        "secrets", "witnesses", "to_be_erased", "record_mode", "content_age_s", "line_state",
    }  # fmt: skip
    assert values["records"]["us"]["size"] == values["records"]["us"]["cosigned_by"]["ru"]
    assert values["records"]["ru"]["size"] >= 5
    lines = line.run("status")
    assert lines[1].startswith("US is stopped, as of ")
    assert "Line to RU: not known, this node is stopped." in lines


def test_status_names_kept_proofs_of_equivocation(line):
    with sqlite3.connect(line.us / "record.db") as record:
        record.execute(
            "INSERT INTO evidence (log, idx, arrived_ms, what, proof)"
            " VALUES (1, 7, 1648091525000, 'checkpoint-and-run at 7', x'a0')"
        )
    record.close()
    (found,) = line.json("status")["evidence"]
    assert (found["party"], found["index"]) == ("ru", 7)
    lines = line.run("status")
    assert "EVIDENCE HELD: two signed statements that cannot both be true." in lines
    said = lines[lines.index("EVIDENCE HELD: two signed statements that cannot both be true.") :]
    assert said[1] == "  RU/7: checkpoint-and-run at 7, found 240312Z MAR 22"
    assert said[-1] == "  RU was asked for a new log; until it comes, the first branch stands."


def test_status_names_what_was_not_held_whole_in_time(line):
    with sqlite3.connect(line.us / "record.db") as record:
        for idx in range(20):
            record.execute(
                "INSERT INTO refusals VALUES (0, ?, 0, 1, 1648091525000, 1, 1, 7, 9, 2, ?)",
                (90 + idx, "unreadable_body" if idx == 19 else ""),
            )
    record.close()
    found = line.json("status")["not_whole"]
    assert len(found) == 19
    assert (found[0]["named_in"], found[0]["entries"], found[0]["named_ms"]) == (
        "US/90",
        "RU/7 - RU/8",
        1648091525000,
    )
    lines = line.run("status")
    at = lines.index("NAMED AS NOT HELD WHOLE IN THE AGREED TIME (it may have come since):")
    assert lines[at + 1].startswith("  RU/7 - RU/8: came without head and body")
    assert "earlier" in lines[-1]
    assert max(map(len, lines)) <= 80


def test_a_recovering_node_is_read_and_signs_nothing(line):
    (line.us / "highwater").unlink()
    assert "the high-water file is missing" in line.json("status")["recovering"]
    assert any(one.startswith("RECOVERING: ") for one in line.run("status"))
    size = line.json("status")["records"]["us"]["size"]
    assert line.refused("say", "hello").code == "node.assembly.recovering"
    assert line.json("status")["records"]["us"]["size"] == size
    assert line.run("inbox", line.warning)[0] == BANNER


def test_the_inbox_lists_the_most_urgent_first_with_its_next_deadline(line):
    number = line.say("Second thoughts.", "--precedence", "immediate")
    values = line.json("inbox")
    assert [each["precedence"] for each in values["open"]] == ["FLASH", "IMMEDIATE", "ROUTINE"]
    assert values["looked_at"] >= 3
    lines = line.run("inbox", "--language", "en")
    assert re.fullmatch(
        r"3 messages open, \d+ overdue, of the \d+ latest; as of \d{6}Z [A-Z]{3} \d\d\.", lines[1]
    )
    flash = lines.index(f"FLASH  {line.warning}  WARNING  SAFETY")
    assert lines[flash + 1] == "  to RU · Duty desk"
    assert re.match(r"  [-!] RU · ", lines[flash + 3])
    assert flash < lines.index(f"IMMEDIATE  {number}  FREE TEXT  SAFETY")


def test_an_empty_inbox_says_what_was_compared_and_when(line, tmp_path):
    us, ru = tmp_path / "fresh-us", tmp_path / "fresh-ru"
    pair_exercise(us, ru)
    assert line.refused("inbox", node=us).code == "cli.record.none"
    asyncio.run(open_once(us))
    lines = line.run("inbox", "--language", "en", node=us)
    assert re.fullmatch(
        r"Nothing is open among the 0 latest messages, as of \d{6}Z [A-Z]{3} \d\d\.", lines[1]
    )
    assert len(lines) == 2


async def open_once(folder):
    async with coupefeu.Node.open(folder, online=False):
        pass


@pytest.mark.parametrize("option", [[], ["--message"]])
def test_one_message_is_shown_with_its_chain_in_the_agreed_words(line, option):
    lines = line.run("inbox", *option, line.warning.lower())
    start = lines.index("CHAIN AT RU")
    steps = [one.removeprefix(" - ") for one in lines[start:] if one.startswith(" - ")]
    assert tuple(step.split(": ")[0] for step in steps) == CHAIN
    assert "   Operative word: STOP" in lines
    assert f"   Place: {PLACE}" in lines
    assert any(one.startswith("     ru.duty ") and one.endswith("] (2nd watch)") for one in lines)


def test_a_message_is_read_in_the_readers_language(line):
    assert "ПРОХОЖДЕНИЕ У СТОРОНЫ RU" in line.run("inbox", line.warning, node=line.ru)
    assert "CHAÎNE CHEZ RU" in line.run("inbox", line.warning, "--language", "fr", node=line.ru)


def test_what_is_not_there_is_said_with_what_to_do(line):
    error = line.refused("inbox", "US/77")
    assert (error.code, "coupefeu inbox" in error.hint) == ("node.desk.no_message", True)
    assert line.refused("inbox", "FR/1").code == "model.message_number.unknown"


def test_the_record_lists_both_sides_with_cover_and_holders(line):
    values = line.json("record")["entries"]
    kinds = {each["entry"]: each["kind"] for each in values}
    assert kinds["US/0"] == kinds["RU/0"] == "AGREEMENT"
    assert kinds[line.warning] == "MESSAGE"
    first = next(each for each in values if each["entry"] == line.warning)
    assert (first["precedence"], first["cover"], first["held"]) == ("FLASH", "checkpoint", "all")
    assert set(first["receipts"]) == {"ru"}
    assert [each["arrived_ms"] for each in values] == sorted(each["arrived_ms"] for each in values)


def test_the_record_is_filtered_by_party_kind_time_and_count(line):
    assert {each["party"] for each in line.json("record", "--party", "ru")["entries"]} == {"ru"}
    backs = line.json("record", "--kind", "read-back")["entries"]
    assert [each["kind"] for each in backs] == ["READ_BACK", "READ_BACK"]
    assert len(line.json("record", "--limit", "2")["entries"]) == 2
    assert line.json("record", "--since", "2090-01-01T00:00Z")["entries"] == []
    assert line.refused("record", "--kind", "gossip").code == "node.entries.kind"


@pytest.mark.parametrize(("head", "kind"), [(b"\xff", "UNREADABLE"), (None, "NOT SHOWN TO US")])
def test_entries_that_cannot_be_read_are_listed_as_such(line, head, kind):
    with sqlite3.connect(line.us / "record.db") as record:
        record.execute("UPDATE entries SET head = ?, body = NULL WHERE log = 1 AND idx = 1", (head,))
    record.close()
    values = line.json("record", "--party", "ru")["entries"]
    assert next(each for each in values if each["index"] == 1)["kind"] == kind
    if head:
        assert len(line.json("record", "--kind", "unreadable")["entries"]) == 1


def test_fsck_names_what_is_wrong_and_exits_with_7(line):
    assert line.json("fsck")["clean"] is True
    with sqlite3.connect(line.us / "record.db") as record:
        record.execute("UPDATE entries SET body = x'a10001' WHERE log = 0 AND idx = ?", (line.text[3:],))
    record.close()
    values = line.json("fsck", code=7)
    assert values["findings"]
    assert any(one.startswith("FOUND: ") for one in line.run("fsck", code=7))


def test_rebuild_makes_the_same_views_anew(line):
    before = line.json("inbox", line.text)["chains"]
    with sqlite3.connect(line.us / "record.db") as record:
        record.execute("DELETE FROM message_facts")
    record.close()
    assert line.json("inbox", line.text)["chains"] != before
    assert line.json("rebuild")["entries"] >= 8
    after = line.json("inbox", line.text)["chains"]
    assert [step["done"] for step in after["ru"]] == [step["done"] for step in before["ru"]]
    assert [len(step["acts"]) for step in after["ru"]] == [len(step["acts"]) for step in before["ru"]]


def test_views_of_another_version_are_said_with_what_to_do_and_then_it_is_done(line):
    with sqlite3.connect(line.us / "record.db") as record:
        record.execute("ALTER TABLE message_facts RENAME COLUMN arrival TO came")
    record.close()
    error = line.refused("inbox")
    assert (error.code, "coupefeu rebuild" in error.hint) == ("store.database.other_version", True)
    line.json("rebuild")
    assert line.json("inbox")["looked_at"]


def test_watch_prints_the_most_urgent_last_where_the_screen_still_shows_it(line, capsys):
    folder = NodeFolder.open(line.ru)

    async def begin():
        async with coupefeu.Node.open(line.ru, online=False) as node:
            today_ms = folder.clock().utc_ms // DAY_MS * DAY_MS
            nobody = PlanRoster(from_post="ru.duty", from_ms=today_ms, until_ms=today_ms + 2 * DAY_MS)
            await node.act(nobody)
            screen = Screen(folder, "en", 0, as_json=False)
            await screen.begin(node)
            for up in (True, True, False):
                await screen.take_all(node, FewEvents([LineSeen(party="us", up=up, alive=True)]))
            await screen.take_all(node, FewEvents([AttachmentSeen(number="US/7", attachment=1)]))
            await screen.take_all(node, FewEvents([TermsSeen(version=2, detail="Version 2 is in force.")]))
            await screen.take_all(node, FewEvents([StaffingSeen(unstaffed=())]))

    asyncio.run(begin())
    said = capsys.readouterr().out
    assert (
        0
        < said.index("! ru.duty: nobody is on watch, and the roster names nobody")
        < said.index(line.text)
        < said.index(line.warning)
    )
    assert "Every desk of ours that must be is on watch.\n" in said
    assert said.count("Line to US: up; their node answers.") == 1, "a renewed session is no news"
    assert said.count("Line to US: down.") == 1
    assert "Attachment 1 of US/7 is here.\n" in said
    assert f"{BANNER}\nVersion 2 is in force.\n" in said


class FewEvents:
    """Events that have come."""

    def __init__(self, events):
        self.events = events

    @property
    def waiting(self):
        return len(self.events)

    async def __aiter__(self):
        while self.events:
            yield self.events.pop()


def test_a_line_that_was_never_up_is_down_since_the_node_started(line):
    async def alone():
        async with coupefeu.Node.open(line.us) as node:
            return await node.status()

    (ru,) = asyncio.run(alone())["lines"].values()
    assert (ru["up"], ru["since_ms"]) == (False, None)
    values = line.json("status") | {"running": True, "lines": {"ru": ru}}
    assert "Line to RU: down since this node started; their node does not answer." in status_lines(
        NodeFolder.open(line.us), values
    )
    ru["fetching"] = {"message": "RU/14", "number": 0, "here": 65_536, "size": 1_048_576}
    assert "  being fetched           RU/14, attachment 0: 65,536 of 1,048,576 bytes" in status_lines(
        NodeFolder.open(line.us), values
    )


def test_a_path_too_long_for_a_socket_is_said(line):
    deep = line.folder / ("d" * 60) / ("e" * 60)
    shutil.copytree(line.us, deep, ignore=shutil.ignore_patterns("control.sock"))
    error = line.refused("status", node=deep)
    assert (error.code, "107 bytes" in error.hint) == ("node.control.socket", True)
    assert line.run("inbox", node=deep)[0] == BANNER, "what only reads needs no socket"
