"""What the Record page is told of entries: which, in which order, by what each stands, and what it says."""

import shutil
import sqlite3
from dataclasses import replace

import pytest
from tests.console import record_story

from coupefeu.console.listing import beginning_of
from coupefeu.console.record import MAX_ROWS, RecordLists, entry_values
from coupefeu.errors import UsageError
from coupefeu.model.entry import Author, Kind
from coupefeu.model.messages import parse_number
from coupefeu.node import entries
from coupefeu.node.desk import Desk
from coupefeu.node.entries import Proof, filter_name, find_entries, wanted_of
from coupefeu.node.folder import NodeFolder
from coupefeu.wire.head import encode_head

PARTIES = ("us", "ru")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("told")
    return folder, record_story.tell(folder)


class Side:
    """One node's record, which the test may change."""

    def __init__(self, path, numbers):
        self.path, self.numbers = path, numbers
        self.folder = NodeFolder.open(path)
        self.lists = RecordLists()

    @property
    def desk(self):
        return Desk.open(self.folder, running=False)

    def page(self, party=None, kind=None, text=None, offset=0, limit=100):
        desk = self.desk
        try:
            return self.lists.page(desk, wanted_of(PARTIES, party, kind, text), offset, limit)
        finally:
            desk.close()

    def entry(self, name):
        desk = self.desk
        try:
            return entry_values(
                desk, self.folder.parties, parse_number(self.numbers.get(name, name), PARTIES)
            )
        finally:
            desk.close()

    def head(self, number):
        desk = self.desk
        try:
            return entries.head_of(desk.reader.entry(*parse_number(number, PARTIES)))
        finally:
            desk.close()

    def line(self, name):
        number = self.numbers.get(name, name)
        return next(row for row in self.page().rows if row.number == number)

    def change(self, *statements):
        with sqlite3.connect(self.path / "record.db") as record:
            for statement in statements:
                record.execute(statement)
        record.close()


@pytest.fixture
def us(told, tmp_path):
    folder, numbers = told
    shutil.copytree(folder / "us", tmp_path / "us")
    return Side(tmp_path / "us", numbers)


def test_entries_of_both_sides_come_newest_first_and_say_what_the_list_covers(us):
    page = us.page()
    times = [row.arrived_ms for row in page.rows]
    assert times == sorted(times, reverse=True)
    assert {row.party for row in page.rows} == {"us", "ru"}
    assert page.total == page.looked_at == len(page.rows)
    assert not page.truncated
    assert page.as_of_ms >= times[0]


def test_windows_add_up_to_the_whole_list_and_are_never_longer_than_agreed(us):
    whole = us.page().rows
    parts = [row for offset in range(0, len(whole), 4) for row in us.page(offset=offset, limit=4).rows]
    assert tuple(parts) == whole
    assert us.page(offset=10_000).rows == ()
    assert len(us.page(limit=1_000_000).rows) <= MAX_ROWS


@pytest.mark.parametrize("party", PARTIES)
def test_one_side_alone(us, party):
    page = us.page(party=party)
    assert {row.party for row in page.rows} == {party}
    assert page.total == len(page.rows) == max(row.index for row in page.rows) + 1


@pytest.mark.parametrize(
    ("kind", "name"), [("taken", "taken"), ("watch-taken", "watch"), ("OUTCOME", "outcome")]
)
def test_one_kind_alone(us, kind, name):
    assert [row.number for row in us.page(kind=kind).rows] == [us.numbers[name]]


def test_every_kind_can_be_looked_for_by_the_name_that_a_line_has(us):
    for row in us.page().rows:
        assert row in us.page(kind=filter_name(row.kind)).rows
    assert sum(us.page(kind=filter_name(each.name)).total for each in Kind) == us.page().total


@pytest.mark.parametrize(
    ("text", "name"),
    [("НЕТ СВЯЗИ", "outcome"), ("strayed", "text"), ("37.02e", "warning"), ("вторая смена", "watch")],
)
def test_words_are_found_on_both_sides_whatever_their_case(us, text, name):
    assert [row.number for row in us.page(text=text).rows] == [us.numbers[name]]


def test_filters_narrow_one_another(us):
    assert us.page(text="0312Z", kind="message").total == 1
    assert us.page(text="0312Z", party="ru").total == 0


@pytest.mark.parametrize(
    ("asked", "code"), [({"kind": "gossip"}, "node.entries.kind"), ({"party": "xx"}, "node.entries.party")]
)
def test_what_there_is_not_is_said(us, asked, code):
    with pytest.raises(UsageError) as refused:
        us.page(**asked)
    assert refused.value.code == code
    assert refused.value.hint


def test_a_search_that_was_made_reads_only_what_came_since(us, monkeypatch):
    assert us.page(text="strayed").total == 1
    read = []
    monkeypatch.setattr(entries, "says", lambda *asked: read.append(asked) or True)
    assert us.page(text="strayed").total == 1
    assert read == []
    us.change("UPDATE entries SET arrival = arrival + 1000 WHERE log = 1 AND idx = 0")
    assert us.page(text="strayed").total == 2
    assert len(read) == 1


def test_a_search_looks_at_so_many_and_says_so(us, monkeypatch):
    monkeypatch.setattr(entries, "MAX_LOOKED_AT", 3)
    page = us.page(text="strayed")
    assert (page.total, page.looked_at, page.truncated) == (0, 3, True)


def test_a_hostile_text_is_marked_in_the_list_and_on_its_page(us):
    line, entry = us.line("hostile"), us.entry("hostile")
    assert "\u202e" not in line.beginning + entry.message.shown
    assert "⟦U+202E⟧" in line.beginning
    assert "<script>" in line.beginning


def test_the_lines_of_a_text_run_together_in_a_list(us):
    assert us.line("text").beginning == "Our aircraft strayed. It turned back at 0312Z."


def test_a_long_text_says_in_the_list_that_there_is_more_and_is_given_whole_for_a_sheet(us):
    desk = us.desk
    wanted = wanted_of(PARTIES, text="strayed")
    (cut,), (whole,) = (us.lists.page(desk, wanted, 0, 1, whole=each).rows for each in (False, True))
    desk.close()
    assert "\n" not in cut.beginning
    assert whole.beginning == "Our aircraft strayed.\nIt turned back at 0312Z."


def test_an_ellipsis_stands_where_a_text_goes_on():
    assert beginning_of("x" * 160) == "x" * 160
    assert beginning_of("x" * 161) == "x" * 160 + "…"


# --- by what an entry stands ----------------------------------------------------------------------------------


def test_a_co_signed_entry_names_both_keys_and_both_bounds(us):
    entry = us.entry("warning")
    index = entry.line.index
    assert (entry.line.proof, entry.provable, entry.held) == (Proof.COSIGNED, True, "all")
    assert (entry.signed.what, entry.signed.start) == ("checkpoint", 0)
    assert entry.signed.end > index
    assert entry.signed.key_id == us.folder.log_key("us").key_id.hex()
    (receipt,) = entry.receipts
    assert (receipt.holder, receipt.what, receipt.key_id) == (
        "ru",
        "checkpoint",
        us.folder.cosigner_key("ru").key_id.hex(),
    )
    assert receipt.claimed_ms <= entry.not_after_ms < receipt.claimed_ms + 1_000
    assert (entry.not_before_ms or 0) <= entry.not_after_ms


def test_of_theirs_the_receipt_is_ours(us):
    entry = us.entry("taken")
    (receipt,) = entry.receipts
    assert (entry.line.proof, receipt.holder) == (Proof.COSIGNED, "us")
    assert entry.signed.key_id == us.folder.log_key("ru").key_id.hex()


def test_a_signature_that_no_key_of_the_party_made_is_named_by_none(us):
    us.change(
        "UPDATE checkpoints SET signature = zeroblob(64)", "UPDATE cosignatures SET signature = zeroblob(64)"
    )
    entry = us.entry("warning")
    assert entry.signed.key_id is None
    assert [each.key_id for each in entry.receipts] == [None]


def test_what_nobody_else_has_signed_for_is_only_signed(us):
    us.change("DELETE FROM cosignatures WHERE log = 0")
    entry = us.entry("warning")
    assert (entry.line.proof, entry.provable, entry.not_after_ms) == (Proof.SIGNED, False, None)
    assert entry.receipts == ()
    assert {row.proof for row in us.page(party="us").rows} == {Proof.SIGNED}


def test_a_run_that_was_receipted_is_said_as_a_run(us):
    """As a FLASH stands that overtook others: no co-signature yet, a run receipt alone."""
    index = us.entry("warning").line.index
    row = f"0, {index}, {index + 1}"
    us.change(
        "DELETE FROM cosignatures WHERE log = 0",
        f"DELETE FROM checkpoints WHERE log = 0 AND size > {index}",
        "DELETE FROM runs",
        "DELETE FROM run_receipts",
        f"INSERT INTO runs VALUES ({row}, zeroblob(32), zeroblob(64))",
        f"INSERT INTO run_receipts VALUES ({row}, 1, zeroblob(32), zeroblob(64), 5)",
    )
    entry = us.entry("warning")
    assert (entry.line.proof, entry.provable) == (Proof.RECEIPTED, False)
    assert (entry.signed.what, entry.signed.start, entry.signed.end) == ("run", index, index + 1)
    (receipt,) = entry.receipts
    assert (receipt.what, receipt.start, receipt.end, receipt.claimed_ms) == ("run", index, index + 1, None)


def test_what_nothing_covers_is_unsigned(us):
    us.change(
        "DELETE FROM cosignatures WHERE log = 1",
        "DELETE FROM checkpoints WHERE log = 1",
        "DELETE FROM runs",
        "DELETE FROM run_receipts",
        "UPDATE logs SET size = 1 WHERE log = 1",
    )
    entry = us.entry("taken")
    assert (entry.line.proof, entry.signed) == (Proof.UNSIGNED, None)


def test_a_line_test_that_was_announced_is_listed_apart(us):
    us.change("INSERT INTO announced VALUES (1, 99, 2, 1700000000000, NULL, 1700000000500)")
    (line,) = us.page().announced
    assert (line.number, line.kind, line.proof, line.template) == ("RU/99", "LINE_TEST", Proof.ANNOUNCED, 2)
    assert us.page(offset=4).announced == ()
    assert us.page(kind="line-test").announced == ()
    assert us.page(party="us").announced == ()


def test_evidence_of_two_truths_is_on_the_list_on_the_line_and_on_the_page(us):
    index = us.entry("taken").line.index
    us.change(f"INSERT INTO evidence VALUES (NULL, 1, {index}, 5, 'run-and-checkpoint at {index}', x'00')")
    (evidence,) = us.page().evidence
    assert (evidence.number, evidence.party, evidence.found_ms) == (us.numbers["taken"], "ru", 5)
    assert [row.number for row in us.page().rows if row.forked] == [us.numbers["taken"]]
    assert us.entry("taken").evidence == (evidence,)
    assert us.entry("warning").evidence == ()


def test_a_party_that_forks_without_end_fills_no_page(us):
    row = "(NULL, 1, {}, {}, 'run-and-checkpoint', zeroblob(2000))"
    us.change(
        "INSERT INTO evidence VALUES " + ", ".join(row.format(1_000 + each, each) for each in range(150))
    )
    found = us.page().evidence
    assert [each.found_ms for each in found] == list(range(149, 49, -1))


# --- what an entry says ---------------------------------------------------------------------------------------


def test_a_message_is_given_with_its_chain_and_an_act_as_the_chain_has_it(us):
    assert us.entry("warning").message.operative == "STOP"
    act = us.entry("outcome").act
    assert (act.kind, act.outcome, act.text, act.post) == ("OUTCOME", "CANNOT", "Нет связи", "ru.duty")
    slip = us.entry("slip").act
    assert not slip.verdict.matches


def said(entry):
    return {each.code: each.value for each in entry.says}


def test_what_is_neither_says_what_it_says(us):
    assert said(us.entry("watch")) == {"officer": "Вторая смена", "heard": ""}
    assert said(us.entry("accepted"))["version"] == "2"
    assert 'outcome = "12m"' in said(us.entry("proposed"))["text"]
    opening = said(us.entry("US/0"))
    assert (opening["signed-by"], 'status = "EXERCISE"' in opening["text"]) == ("US, RU", True)
    assert all(us.entry(row.number).body_hex is None for row in us.page().rows)


def test_an_entry_is_of_a_machine_or_of_a_person_or_nobody_can_say(us):
    """One table says so, for the list, the sheets and the last words."""
    kinds = {row.kind: row.by for row in us.page().rows}
    assert kinds["AGREEMENT"] is kinds["LINE_TEST"] is kinds["LINE_TEST_ANSWER"] is Author.MACHINE
    assert kinds["MESSAGE"] is kinds["WATCH_TAKEN"] is kinds["AMENDMENT_PROPOSED"] is Author.PERSON
    newer = encode_head(replace(us.head("RU/4"), kind=77)).hex()
    us.change(
        f"UPDATE entries SET head = x'{newer}' WHERE log = 1 AND idx = 4",
        "UPDATE entries SET head = x'ff', body = x'0102ff' WHERE log = 1 AND idx = 5",
        "UPDATE entries SET seed = NULL, head = NULL, body = NULL WHERE log = 1 AND idx = 6",
    )
    unsaid = {"RU/4": "UNKNOWN 77", "RU/5": "UNREADABLE", "RU/6": "NOT SHOWN TO US"}
    assert {row.number: row.kind for row in us.page().rows if row.by is None} == unsaid


def test_what_cannot_be_read_is_shown_as_bytes(us):
    us.change("UPDATE entries SET head = x'ff', body = x'0102ff' WHERE log = 1 AND idx = 5")
    entry = us.entry("RU/5")
    assert (entry.line.kind, entry.head, entry.held) == ("UNREADABLE", None, "all")
    assert entry.body_hex == "0102ff"
    assert "RU/5" in {row.number for row in us.page(kind="unreadable").rows}


def test_a_leaf_alone_says_that_no_more_is_held(us):
    us.change("UPDATE entries SET seed = NULL, head = NULL, body = NULL WHERE log = 1 AND idx = 5")
    entry = us.entry("RU/5")
    assert (entry.held, entry.line.kind, entry.body_hex) == ("leaf", "NOT SHOWN TO US", None)
    assert len(entry.leaf) == 140


def test_an_entry_that_is_not_held_is_refused(us):
    with pytest.raises(UsageError) as refused:
        us.entry("RU/999")
    assert refused.value.code == "store.reader.no_entry"


def test_the_seed_of_an_entry_never_leaves_the_node(us):
    """Who has the seed could open every salt of the entry; a proof holds salts, a page neither."""
    with sqlite3.connect(us.path / "record.db") as record:
        seeds = [
            seed.hex() for (seed,) in record.execute("SELECT seed FROM entries WHERE seed <> zeroblob(32)")
        ]
    record.close()
    assert seeds
    for name in us.numbers:
        shown = repr(us.entry(name))
        assert not any(seed in shown for seed in seeds)


def test_find_entries_begins_with_nothing(us):
    us.change("DELETE FROM entries")
    desk = us.desk
    found = find_entries(desk.reader, wanted_of(PARTIES, kind="taken"))
    desk.close()
    assert (list(found.arrivals), found.looked_at, found.truncated) == ([], 0, False)
