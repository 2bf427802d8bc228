"""Whatever is changed in a record, `fsck` names it and its place, and goes on; a whole record is clean."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.stores import AGREEMENT, do, joined_line, open_keeper, rich_record

from coupefeu.errors import StoreError, UsageError, VerificationError
from coupefeu.keys import ed25519
from coupefeu.keys.notes import LogSigner
from coupefeu.model.attachments import PART_BYTES, Attachment
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.services.messages.commands import Say
from coupefeu.store.findings import MAX_FINDINGS, Findings
from coupefeu.store.fsck import check_record
from coupefeu.store.highwater import write_high_water
from coupefeu.store.jobs import Act
from coupefeu.store.line import make_parties
from coupefeu.testing.author import Author
from coupefeu.testing.line import private_key
from coupefeu.wire.key_statement import KeyRole, KeyStatement


def check(keeper_or_path, name="us", high_water=None, **options):
    path = getattr(keeper_or_path, "path", keeper_or_path)
    parties = open_keeper(path.with_name("other.db"), name).line.parties
    ours = AGREEMENT.log_number(name)
    return check_record(path, parties, ours, high_water, running=False, **options)


def codes(report):
    return {finding.code.rpartition(".")[2] for finding in report.findings}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The stopped record of RU, with 300 messages of its own, and the bytes of its folder."""
    folder = tmp_path_factory.mktemp("whole")
    nodes = joined_line(folder)
    write_high_water(folder / "highwater", nodes.ru.keeper.marks())
    nodes.ru.stop()
    nodes.us.stop()
    return folder


@pytest.fixture
def damaged(whole, tmp_path):
    """A copy to be damaged by SQL, then checked."""
    (tmp_path / "ru.db").write_bytes((whole / "ru.db").read_bytes())
    (tmp_path / "highwater").write_bytes((whole / "highwater").read_bytes())

    def damage(*statements):
        keeper = open_keeper(tmp_path / "ru.db", "ru")
        for statement in statements:
            keeper.connection.query(statement)
        keeper.close()
        return check(tmp_path / "ru.db", "ru", tmp_path / "highwater")

    return damage


def test_both_records_of_a_busy_line_are_clean_and_unchanged(whole):
    before = {path.name: sha256(path.read_bytes()).digest() for path in whole.iterdir()}
    for name in ("us", "ru"):
        report = check(whole / f"{name}.db", name, whole / "highwater" if name == "ru" else None)
        assert report.findings == ()
        assert report.is_clean
    ru = report.logs[AGREEMENT.log_number("ru")]
    assert ru.entries == ru.size > 300
    assert ru.cosignatures >= 1
    after = {
        path.name: sha256(path.read_bytes()).digest() for path in whole.iterdir() if "other" not in path.name
    }
    assert after == {name: digest for name, digest in before.items() if "other" not in name}


@pytest.mark.parametrize("ours", ["us", "ru"])
def test_a_record_with_holes_runs_and_odd_bytes_is_clean(tmp_path, ours):
    rich_record(tmp_path / "record.db", ours).close()
    done = []
    report = check(tmp_path / "record.db", ours, progress=lambda *step: done.append(step))
    assert report.findings == ()
    theirs = report.logs[1 - AGREEMENT.log_number(ours)]
    assert (theirs.runs, theirs.withheld, theirs.entries) == (2, 1, 50)
    assert theirs.run_receipts >= 3
    assert done[-1] == (50, 50)


def test_a_running_node_can_be_checked(tmp_path):
    nodes = joined_line(tmp_path)
    keeper = nodes.us.keeper
    report = check_record(nodes.us.path, keeper.line.parties, keeper.line.our_log, running=True)
    assert report.is_clean
    nodes.us.say("the writer is not disturbed")


DAMAGE = {
    "body of ours": ("UPDATE entries SET body = zeroblob(9) WHERE log = 1 AND idx = 20", {"leaf"}),
    "text for bytes": ("UPDATE entries SET body = body || 'x' WHERE log = 1 AND idx = 20", {"leaf"}),
    "text for a number": ("UPDATE entries SET idx = 'many' WHERE log = 1 AND idx = 20", {"database"}),
    "leaf and body": (
        "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE log = 1 AND idx = 21) WHERE log = 1 AND idx = 20",
        {"leaf", "root"},
    ),
    "seed lost": ("UPDATE entries SET seed = NULL WHERE log = 1 AND idx = 20", {"entry"}),
    "body of ours lost": (
        "UPDATE entries SET seed = NULL, head = NULL, body = NULL WHERE log = 1 AND idx = 20",
        {"entry", "complete"},
    ),
    "body of theirs lost": (
        "UPDATE entries SET seed = NULL, head = NULL, body = NULL WHERE log = 0 AND idx = 1",
        {"complete", "signed_ahead"},
    ),
    "entry lost": ("DELETE FROM entries WHERE log = 1 AND idx = 20", {"gap"}),
    "last entry lost": (
        "DELETE FROM entries WHERE log = 0 AND idx = (SELECT size - 1 FROM logs WHERE log = 0)",
        {"gap"},
    ),
    "order": ("UPDATE entries SET arrival = 100000 WHERE log = 1 AND idx = 20", {"arrival"}),
    "tree": ("UPDATE logs SET frontier = zeroblob(length(frontier)) WHERE log = 1", {"frontier"}),
    "size": (
        "UPDATE logs SET size = size - 1 WHERE log = 1",
        {"beyond", "frontier", "complete", "checkpoint", "high_water"},
    ),
    "their size": (
        "UPDATE logs SET size = size - 1 WHERE log = 0",
        {"uncovered", "frontier", "checkpoint", "complete"},
    ),
    "complete": ("UPDATE logs SET complete = complete - 1 WHERE log = 0", {"complete", "high_water"}),
    "kept tree": ("UPDATE frontiers SET frontier = zeroblob(length(frontier))", {"frontier"}),
    "kept tree lost": ("DELETE FROM frontiers", {"frontier"}),
    "checkpoint's root": ("UPDATE checkpoints SET root = zeroblob(32)", {"signature", "root"}),
    "checkpoint's signature": ("UPDATE checkpoints SET signature = zeroblob(64)", {"signature"}),
    "checkpoint lost": ("DELETE FROM checkpoints WHERE log = 0", {"uncovered", "checkpoint"}),
    "co-signature": ("UPDATE cosignatures SET time_s = time_s + 1", {"signature"}),
    "co-signer": ("UPDATE cosignatures SET holder = 7", {"holder"}),
    "run": ("UPDATE runs SET signature = zeroblob(64)", {"signature"}),
    "row of a log lost": ("DELETE FROM logs WHERE log = 0", {"logs"}),
    "another log": ("UPDATE logs SET origin = 'another/line' WHERE log = 0", {"logs"}),
    "log of nobody": (
        "INSERT INTO logs (log, origin, size, complete, frontier) VALUES (9, 'x', 0, 0, zeroblob(8))",
        {"logs"},
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(damaged, name):
    statement, expected = DAMAGE[name]
    report = damaged(statement)
    if name == "run":
        assert report.is_clean  # RU holds no run: its US messages came in order
        return
    assert expected <= codes(report), report.findings
    assert all(finding.what and finding.where and finding.hint for finding in report.findings)


def test_one_defect_hides_no_other(damaged):
    report = damaged(
        "UPDATE entries SET body = zeroblob(9) WHERE log = 1 AND idx IN (20, 290)",
        "DELETE FROM entries WHERE log = 1 AND idx IN (30, 31)",
        "UPDATE cosignatures SET signature = zeroblob(64)",
        "UPDATE entries SET leaf = zeroblob(70) WHERE log = 1 AND idx = 260",
    )
    places = [
        finding.where.rpartition(" ")[2] for finding in report.findings if finding.code.endswith("leaf")
    ]
    assert places == ["20", "260", "290"]
    gaps = [finding for finding in report.findings if finding.code.endswith("gap")]
    assert [gap.what for gap in gaps] == ["entries [30, 32) are missing"]
    assert codes(report) == {"leaf", "gap", "signature", "root", "high_water"}


def test_broken_pages_are_named_and_the_other_parts_are_checked(whole, tmp_path):
    path = tmp_path / "ru.db"
    content = bytearray((whole / "ru.db").read_bytes())
    for page in range(8, len(content) // 4096, 3):
        content[page * 4096 : page * 4096 + 512] = b"\x5a" * 512
    path.write_bytes(content)
    (tmp_path / "highwater").write_text("not JSON")
    report = check(path, "ru", tmp_path / "highwater")
    assert {"database", "high_water"} <= codes(report)
    assert len(report.findings) >= 3


def test_a_file_that_is_no_database_is_a_finding(tmp_path):
    (tmp_path / "ru.db").write_bytes(b"this was once a record" * 999)
    assert codes(check(tmp_path / "ru.db", "ru")) >= {"database"}
    with pytest.raises(StoreError) as refused:
        check(tmp_path / "nothing.db", "ru")
    assert refused.value.code == "store.database.missing"


HIGH_WATER = {
    "missing": (None, "the file is missing"),
    "damaged": ("{", "is damaged"),
    "behind": ({"1": [9_999, ""]}, "were signed for"),
    "another root": ({"1": [10, "00" * 32]}, "the root at 10 is another one"),
}


@pytest.mark.parametrize("name", HIGH_WATER)
def test_the_high_water_file_is_compared(whole, tmp_path, name):
    content, says = HIGH_WATER[name]
    path = tmp_path / "highwater"
    if content is not None:
        path.write_text(content if isinstance(content, str) else json.dumps({"version": 1, "logs": content}))
    (finding,) = check(whole / "ru.db", "ru", path).findings
    assert finding.code == "store.fsck.high_water"
    assert says in finding.what
    assert finding.hint


def test_an_empty_record_without_high_water_is_clean(tmp_path):
    open_keeper(tmp_path / "new.db").close()
    assert check(tmp_path / "new.db", high_water=tmp_path / "highwater").is_clean


def test_what_we_signed_for_must_be_held(tmp_path):
    path = tmp_path / "record.db"
    keeper = rich_record(path, "us")
    keeper.connection.query(
        "UPDATE entries SET seed = NULL, head = NULL, body = NULL WHERE log = 1 AND idx = 46"
    )
    keeper.connection.query("UPDATE run_receipts SET holder = 1 WHERE start = 8")
    keeper.close()
    report = check(path)
    assert {"signed_ahead", "holder"} <= codes(report)


def test_a_proof_of_two_truths_is_verified(tmp_path):
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    author = Author(AGREEMENT, "ru")
    author.say("one")
    fork = author.copy()
    author.say("two")
    fork.say("another two")
    do(keeper, author.checkpoint(0, 2))
    assert do(keeper, fork.run(1, 2)).evidence == ("checkpoint-and-run at 1",)
    assert check(path).evidence == 1
    assert check(path).is_clean
    for change in ("proof = zeroblob(9)", "log = 0", "idx = 0", "log = 9"):
        keeper.connection.query("BEGIN")
        keeper.connection.query(f"UPDATE evidence SET {change}")
        keeper.connection.query("COMMIT")
        assert "evidence" in codes(check(path)), change


def test_a_proof_whose_two_statements_are_under_two_keys_of_one_party_is_verified(tmp_path):
    """The key was replaced between them; who says another thing under the next key has said both all the same."""
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    author = Author(AGREEMENT, "ru")
    author.say("one")
    do(keeper, author.checkpoint(0, 1))
    fork = Author(AGREEMENT, "ru")
    fork.say("another one")
    old, new = private_key("ru", "log"), private_key("ru", "log 2")
    replaced = KeyStatement(
        line_id=AGREEMENT.line_id,
        party="ru",
        number=1,
        role=KeyRole.LOG,
        old_key=ed25519.public(old),
        new_key=ed25519.public(new),
        size=1,
        root=bytes(32),
    )
    parties = make_parties(AGREEMENT, [replaced])
    keeper.line = replace(keeper.line, parties=parties)
    fork._signer = LogSigner(AGREEMENT.origin("ru"), new)
    assert do(keeper, fork.run(0, 1)).evidence == ("checkpoint-and-run at 0",)
    report = check_record(path, parties, 0, running=True)
    assert (report.evidence, report.findings) == (1, ())
    ((proof,),) = keeper.connection.query("SELECT proof FROM evidence")
    shown = verify_equivocation(proof, *parties[1].keys_of(KeyRole.LOG))
    assert all(key.key_id.hex() in shown.proved for key in parties[1].keys_of(KeyRole.LOG))
    for keys in ([parties[1].log_key], [parties[0].log_key], parties[1].keys_of(KeyRole.LOG)[1:]):
        with pytest.raises(VerificationError):
            verify_equivocation(proof, *keys)
    with pytest.raises(UsageError):
        verify_equivocation(proof, parties[0].log_key, *parties[1].keys_of(KeyRole.LOG))


def test_many_findings_are_counted_and_memory_stays_flat():
    findings = Findings()
    for number in range(MAX_FINDINGS + 5):
        findings.add("leaf", "what", f"entry {number}")
    report = findings.report((), 0)
    assert (len(report.findings), report.more) == (MAX_FINDINGS, 5)


def attached_record(path):
    """Give our record: a message of ours with two attachments, and one of theirs, of which one is held."""
    keeper = rich_record(path, "us")
    said = Say(
        content=Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="See the maps."),
        from_post=AGREEMENT.party("us").duty_desk,
        precedence=Precedence.ROUTINE,
        language="en",
        attachments=tuple(
            Attachment(name=content[:5].decode(), content=content)
            for content in (b"first", b"second", b"third" * (PART_BYTES // 2))
        ),
    )
    do(keeper, Act(command=said), at=9)
    return keeper


@pytest.mark.parametrize(
    ("statement", "where", "says"),
    [
        ("UPDATE attachments SET content = CAST('firsT' AS BLOB) WHERE log = 0 AND number = 0", "us/1, attachment 0",
         "that the message committed to"),
        ("UPDATE attachments SET content = CAST('and morE' AS BLOB) WHERE log = 1", "ru/1, attachment 1",
         "that the message committed to"),
        ("DELETE FROM attachments WHERE log = 0 AND number = 2 AND part = 1", "us/1, attachment 2",
         "that the message committed to"),
        ("UPDATE attachments SET part = 7 - part WHERE log = 0 AND number = 2", "us/1, attachment 2",
         "that the message committed to"),
        ("DELETE FROM attachments WHERE log = 0 AND number = 1", "us/1, attachment 1", "it is not held"),
        ("UPDATE attachments SET number = 2 WHERE log = 1", "ru/1, attachment 2", "no message on the record promises"),
        ("UPDATE attachments SET idx = 3 WHERE log = 1", "entry 3", "no message on the record promises it"),
    ],
)  # fmt: skip
def test_an_attachment_that_was_changed_or_lost_is_named(tmp_path, statement, where, says):
    path = tmp_path / "record.db"
    keeper = attached_record(path)
    whole = check(path)
    assert whole.findings == ()
    assert [log.attachments for log in whole.logs] == [3, 1]
    keeper.connection.query(statement)
    keeper.close()
    (finding,) = check(path).findings
    assert finding.code == "store.fsck.attachment"
    assert where in finding.where
    assert says in finding.what
    assert finding.hint


def test_a_record_of_before_there_were_attachments_is_clean_and_one_that_lost_them_is_not(tmp_path):
    keeper = rich_record(tmp_path / "old.db", "us")
    keeper.connection.query("DROP TABLE attachments")
    keeper.close()
    assert check(tmp_path / "old.db").findings == ()
    keeper = attached_record(tmp_path / "lost.db")
    keeper.connection.query("DROP TABLE attachments")
    keeper.close()
    assert [finding.code for finding in check(tmp_path / "lost.db").findings] == ["store.fsck.attachment"] * 3
