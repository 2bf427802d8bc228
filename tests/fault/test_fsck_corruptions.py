"""Every kind of damage to a node's folder is detected, named by its subject, explained, and has something to be done.

One folder of US on which everything has happened: messages both ways, files, runs, a fork of RU, line tests, an erased
exchange, a key of RU replaced. Each row damages a copy in one way, as disks, hands and half restores do.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from coupefeu.keys import ed25519
from coupefeu.keys.notes import CosignSigner, LogSigner, MlDsaSigner
from coupefeu.keys.ring import make_ring, public_half
from coupefeu.model.attachments import Attachment
from coupefeu.model.entry import Kind
from coupefeu.model.instant import Moment
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.assembly import line_of
from coupefeu.node.checking import check_node
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.post_quantum import MlDsaStatement
from coupefeu.record.statements import cosign_checkpoint, sign_run_receipt
from coupefeu.record.tree import root_of
from coupefeu.record.witnessed import WitnessLine
from coupefeu.services.agreement.facts import OpenLog
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import Say, SendLineTest
from coupefeu.store.highwater import write_high_water
from coupefeu.store.jobs import Act, KeepAttachment, KeepMlDsa, KeepWitnessed, ReceiveLineTest, TakeReceipt
from coupefeu.store.keeper import Keeper
from coupefeu.store.rebuild import rebuild_record
from coupefeu.store.recovery_jobs import NoteTold
from coupefeu.testing.author import Author
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.packet import CosignatureItem, LineTestItem, RunReceiptItem

US, RU = 0, 1
OURS = 259
"""More than one full subtree, and one kept frontier."""
THEIRS = 40
START_MS = 1_800_000_000_000


def at(seconds: int) -> Moment:
    return Moment(utc_ms=START_MS + seconds * 1_000, mono_ms=seconds * 1_000)


BEFORE: list[tuple[bytes, bytes]] = []
"""Seed and body of the entry that is erased."""


class Origin:
    """Makes the whole folder once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.us, self.ru = pair_exercise(folder / "us", folder / "ru")
        self.keeper = Keeper(self.us.record_path, line_of(self.us), SERVICES, self.us.agreement)
        self.author = Author(self.us.agreement, "ru")
        self.author._signer = LogSigner(self.us.origin("ru"), self.ru.ring.log)
        self._speak()
        self._receive()
        self._sign()
        self.erased = (US, 3)
        (before,) = self.keeper.connection.query("SELECT seed, body FROM entries WHERE log = 0 AND idx = 3")
        BEFORE.append(before)
        self.do(Act(command=EraseContent(message=self.erased, from_post="us.duty", reason="agreed")), at_s=9)
        write_high_water(self.us.high_water_path, self.keeper.marks())
        self.keeper.close()

    def do(self, *jobs, at_s=0):
        for outcome in self.keeper.execute(jobs, at(at_s)):
            if isinstance(outcome, Exception):
                raise outcome

    def _say(self, text, *attachments):
        return Act(
            command=Say(
                content=Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text),
                from_post="us.duty",
                precedence=Precedence.ROUTINE,
                language="en",
                attachments=tuple(
                    Attachment(name=f"{n}", content=each) for n, each in enumerate(attachments)
                ),
            )
        )

    def _speak(self):
        body = self.us.opening_body
        self.do(Act(command=OpenLog(body=body)))
        self.do(self._say("with two files", b"first", b"second" * 9_000))
        self.do(Act(command=SendLineTest(template=1)))
        self.do(*(self._say(f"number {number}") for number in range(OURS - 3)), at_s=1)

    def _receive(self):
        author = self.author
        author.write(author.head(kind=Kind.AGREEMENT), self.ru.opening_body)
        attached = author.attach(b"their map", b"and more")
        for number in range(THEIRS - 6):
            author.say(f"their number {number}")
        fork = author.copy()
        fork._signer = author._signer
        author.say("one truth")
        fork.say("another truth")
        self.do(author.checkpoint(0, author.size), at_s=2)
        self.do(fork.run(fork.size - 1, fork.size), at_s=3)
        self.do(KeepAttachment(log=RU, index=attached, number=1, content=b"and more"))
        author.say("held up")
        flash = author.say("STOP", Precedence.FLASH)
        self.do(author.run(flash, flash + 1), at_s=4)
        self.do(author.checkpoint(flash - 1, author.size), at_s=5)
        item = LineTestItem(RU, author.size + 5, 2, START_MS + 6_000, None)
        self.do(ReceiveLineTest(item=item), at_s=6)

    def _sign(self):
        log, origin = US, self.us.origin("us")
        cosigner = CosignSigner(self.us.agreement.cosigner_name("ru"), self.ru.ring.cosigner)
        state = self.keeper.states[log]
        signature = cosign_checkpoint(cosigner, origin, state.size, state.root, START_MS // 1_000)
        self.do(
            TakeReceipt(item=CosignatureItem(log, state.size, START_MS // 1_000, signature), holder=RU),
            at_s=7,
        )
        self._sign_again(Checkpoint(origin, state.size, state.root))
        rows = self.keeper.connection.query(
            "SELECT leaf FROM entries WHERE log = 0 AND idx IN (4, 5) ORDER BY idx"
        )
        root = root_of([leaf_hash(leaf) for (leaf,) in rows])
        signer = LogSigner(self.us.origin("ru"), self.ru.ring.log)
        item = RunReceiptItem(log, 4, 6, sign_run_receipt(signer, origin, 4, 6, root))
        self.do(TakeReceipt(item=item, holder=RU), at_s=8)

    def _sign_again(self, checkpoint):
        """Sign our log once more with ML-DSA-44, both sides, and have a witness see it."""
        log = MlDsaSigner(checkpoint.origin, self.us.ring.log_mldsa)
        holder = MlDsaSigner(self.us.agreement.cosigner_name("ru"), self.ru.ring.cosigner_mldsa)
        by_author, by_holder = (
            MlDsaStatement(checkpoint=checkpoint, time_s=9, signature=each.cosign_raw(checkpoint, 9))
            for each in (log, holder)
        )
        self.do(KeepMlDsa(log=US, holder=RU, peer=RU, by_author=by_author, by_holder=by_holder), at_s=7)
        witness = CosignSigner("witness.example/w", sha256(b"witness").digest())
        text = checkpoint.text()
        line = WitnessLine(key=witness.vkey, time_s=9, signature=witness.cosign_raw(text, 9))
        signature = LogSigner(checkpoint.origin, self.us.ring.log).sign_raw(text)
        self.do(
            KeepWitnessed(
                log=US, size=checkpoint.size, root=checkpoint.root, signature=signature, witness="neutral",
                lines=(line,),
            ), at_s=7,
        )  # fmt: skip
        shown = NoteTold(source="file kept", size=checkpoint.size, root=checkpoint.root, signature=signature)
        self.do(shown, at_s=7)


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    return Origin(tmp_path_factory.mktemp("origin"))


@pytest.fixture
def copy(origin, tmp_path):
    """A copy of the folder of US, to be damaged."""
    shutil.copytree(origin.folder / "us", tmp_path / "us", ignore=shutil.ignore_patterns("control.sock"))
    return tmp_path / "us"


def sql(*statements: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        connection = sqlite3.connect(folder / "record.db", isolation_level=None)
        for statement in statements:
            assert connection.execute(statement).rowcount, statement
        connection.close()

    return damage


def flip(table: str, column: str, where: str, byte: int = 0) -> Callable[[Path], None]:
    """Flip one bit of a value."""

    def damage(folder: Path) -> None:
        connection = sqlite3.connect(folder / "record.db", isolation_level=None)
        ((value, row),) = connection.execute(
            f"SELECT {column}, {_row(table)} FROM {table} WHERE {where} LIMIT 1"
        )
        flipped = bytearray(value)
        flipped[byte] ^= 1
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE {where} AND {_row(table)} = ?", (bytes(flipped), row)
        )
        connection.close()

    return damage


def _row(table: str) -> str:
    return "number" if table == "subtrees" else "rowid"


def in_file(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return damage


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def flip_file(offset_from_end: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        flipped = bytearray(data)
        flipped[-offset_from_end] ^= 1
        return bytes(flipped)

    return change


def other_marks(folder: Path) -> None:
    """The file of another node: the same sizes, another root."""
    path = folder / "highwater"
    content = json.loads(path.read_text())
    content["logs"]["0"][1] = "11" * 32
    path.write_text(json.dumps(content))


def marks_of_another_line(folder: Path) -> None:
    (folder / "highwater").write_text(json.dumps({"version": 1, "logs": {"7": [12, "22" * 32]}}))


def other_line(folder: Path) -> None:
    """The database of another line between the same parties."""
    us, _ = pair_exercise(folder.parent / "other-us", folder.parent / "other-ru")
    keeper = Keeper(us.record_path, line_of(us), SERVICES, us.agreement)
    keeper.execute([Act(command=OpenLog(body=us.opening_body))], at(0))
    keeper.close()
    shutil.copyfile(us.record_path, folder / "record.db")


def key_of_another_line(folder: Path) -> None:
    ring = make_ring()
    assert public_half("log", ring.log) == ed25519.public(ring.log)
    us, _ = pair_exercise(folder.parent / "other-us", folder.parent / "other-ru")
    shutil.copyfile(us.path / "keys" / "log.key", folder / "keys" / "log.key")


def half_restored(folder: Path) -> None:
    """The database of an old backup under the present high-water file."""
    sql(
        "DELETE FROM entries WHERE log = 0 AND idx >= 240",
        "UPDATE logs SET size = 240, complete = 240 WHERE log = 0",
    )(folder)


def truncated(folder: Path) -> None:
    path = folder / "record.db"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def without_wal(folder: Path) -> None:
    """A node that was killed, and whose write-ahead log somebody left behind: what it committed last is gone."""
    opened = NodeFolder.open(folder)
    keeper = Keeper(opened.record_path, line_of(opened), SERVICES, opened.agreement)
    keeper.connection.query("PRAGMA wal_autocheckpoint = 0")
    said = Say(
        content=Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="in the log beside it"),
        from_post="us.duty", precedence=Precedence.ROUTINE, language="en",
    )  # fmt: skip
    keeper.execute([Act(command=said)], at(20))
    write_high_water(opened.high_water_path, keeper.marks())
    shutil.copyfile(folder / "record.db", folder / "left.db")
    keeper.close()
    (folder / "left.db").replace(folder / "record.db")


def bring_back(folder: Path) -> None:
    """Half a restore: the row of an erased entry as it was before."""
    connection = sqlite3.connect(folder / "record.db", isolation_level=None)
    connection.execute(
        "UPDATE entries SET seed = ?, body = ?, head_salt = NULL, erased = NULL, erased_log = NULL"
        " WHERE log = 0 AND idx = 3",
        BEFORE[-1],
    )
    connection.close()


def swap_entries(folder: Path) -> None:
    sql(
        "UPDATE entries SET idx = -1 WHERE log = 0 AND idx = 20",
        "UPDATE entries SET idx = 20 WHERE log = 0 AND idx = 21",
        "UPDATE entries SET idx = 21 WHERE log = 0 AND idx = -1",
    )(folder)


RESTORE, REBUILD, BACK = "coupefeu restore", "coupefeu rebuild", "back"
ERASED = "log = 0 AND idx = 3"

CORRUPTIONS: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    # what is damaged: (how, the subject that is named, what is said, what to do)
    "a bit of a leaf": (flip("entries", "leaf", "log = 0 AND idx = 20", 9), "leaf", "not what seed, head and body make", RESTORE),
    "a bit of a seed": (flip("entries", "seed", "log = 0 AND idx = 20"), "leaf", "not what seed, head and body make", RESTORE),
    "a bit of a head": (flip("entries", "head", "log = 0 AND idx = 20", 5), "leaf", "not what seed, head and body make", RESTORE),
    "a bit of a body": (flip("entries", "body", "log = 0 AND idx = 20", 5), "leaf", "not what seed, head and body make", RESTORE),
    "a bit of their body": (flip("entries", "body", "log = 1 AND idx = 20", 5), "leaf", "not what seed, head and body make", RESTORE),
    "a seed that is gone": (sql("UPDATE entries SET seed = NULL WHERE log = 0 AND idx = 20"), "entry", "are not all held", RESTORE),
    "a body of ours that is gone": (sql("UPDATE entries SET seed = NULL, head = NULL, body = NULL WHERE log = 0 AND idx = 20"), "entry", "of our own entry are not held", RESTORE),
    "a body of theirs that is gone": (sql("UPDATE entries SET seed = NULL, head = NULL, body = NULL WHERE log = 1 AND idx = 20"), "signed_ahead", "more than is held", RESTORE),
    "an entry that is gone": (sql("DELETE FROM entries WHERE log = 0 AND idx = 20"), "gap", "are missing", RESTORE),
    "the last entry that is gone": (sql("DELETE FROM entries WHERE log = 1 AND idx = (SELECT size - 1 FROM logs WHERE log = 1)"), "gap", "are missing", RESTORE),
    "two entries exchanged": (swap_entries, "root", "the root that was signed", RESTORE),
    "an entry under another log": (sql("UPDATE entries SET log = 9 WHERE log = 0 AND idx = 20"), "gap", "are missing", RESTORE),
    "an arrival": (sql("UPDATE entries SET arrival = 100000 WHERE log = 0 AND idx = 20"), "arrival", "before the entry in front", RESTORE),
    "a text for a number": (sql("UPDATE entries SET idx = 'many' WHERE log = 0 AND idx = 20"), "database", "", ""),
    "an erased entry with a body": (sql(f"UPDATE entries SET body = CAST('here again' AS BLOB) WHERE {ERASED}"), "erased", "its content is here", REBUILD),
    "erased content that half a restore brought back": (bring_back, "erased", "says that entry 3 of log 0 is erased", REBUILD),
    "an erased entry with a seed": (sql(f"UPDATE entries SET seed = zeroblob(16) WHERE {ERASED}"), "erased", "its content is here", REBUILD),
    "s_h of an erased entry": (flip("entries", "head_salt", ERASED), "erased", "is not what the leaf commits to", RESTORE),
    "the head of an erased entry": (flip("entries", "head", ERASED, 5), "erased", "is not what the leaf commits to", RESTORE),
    "an erased entry that names no ERASED": (sql(f"UPDATE entries SET erased = 20 WHERE {ERASED}"), "erased", "is no ERASED of ours that names it", RESTORE),
    "an erasure that is forgotten": (sql(f"UPDATE entries SET erased = NULL WHERE {ERASED}"), "erased", "no entry ERASED is named", RESTORE),
    "a bit of a file of ours": (flip("attachments", "content", "log = 0 AND number = 0"), "attachment", "that the message committed to", RESTORE),
    "a bit of a file of theirs": (flip("attachments", "content", "log = 1"), "attachment", "that the message committed to", RESTORE),
    "a part of a file that is gone": (sql("DELETE FROM attachments WHERE log = 0 AND number = 1 AND part = 1"), "attachment", "that the message committed to", RESTORE),
    "a file of ours that is gone": (sql("DELETE FROM attachments WHERE log = 0 AND number = 0"), "attachment", "it is not held", RESTORE),
    "a file of no message": (sql("UPDATE attachments SET idx = 30 WHERE log = 1"), "attachment", "no message on the record promises it", RESTORE),
    "a bit of a kept frontier": (flip("frontiers", "frontier", "log = 0", 12), "frontier", "not that of the entries", REBUILD),
    "a kept frontier that is gone": (sql("DELETE FROM frontiers WHERE log = 0"), "frontier", "is missing", REBUILD),
    "a bit of a kept subtree": (flip("subtrees", "root", "log = 0 AND level = 8"), "subtree", "not that of its leaves", REBUILD),
    "a kept subtree that is gone": (sql("DELETE FROM subtrees WHERE log = 0"), "subtree", "is missing", REBUILD),
    "a kept subtree too many": (sql("INSERT INTO subtrees VALUES (0, 8, 5, zeroblob(32))"), "subtree", "of no leaves", REBUILD),
    "the tree of a log": (flip("logs", "frontier", "log = 0", 12), "frontier", "not that of the entries", RESTORE),
    "the size of a log": (sql("UPDATE logs SET size = size - 1 WHERE log = 0"), "beyond", "behind the end of our log", RESTORE),
    "how far a log is complete": (sql("UPDATE logs SET complete = complete - 1 WHERE log = 1"), "complete", "says that all is held before", RESTORE),
    "the row of a log that is gone": (sql("DELETE FROM logs WHERE log = 1"), "logs", "the row is missing", RESTORE),
    "a log of nobody": (sql("INSERT INTO logs (log, origin, size, complete, frontier) VALUES (99991, 'x', 0, 0, zeroblob(8))"), "logs", "of no party", RESTORE),
    "a checkpoint's signature": (flip("checkpoints", "signature", "log = 1", 3), "signature", "does not hold", RESTORE),
    "a checkpoint's root": (flip("checkpoints", "root", "log = 1"), "root", "the root that was signed", RESTORE),
    "the newest checkpoint that is gone": (sql("DELETE FROM checkpoints WHERE log = 1 AND size = (SELECT max(size) FROM checkpoints WHERE log = 1)"), "uncovered", "the newest checkpoint covers", RESTORE),
    "a co-signature of theirs": (flip("cosignatures", "signature", "log = 0", 3), "signature", "does not hold", RESTORE),
    "the time of a co-signature": (sql("UPDATE cosignatures SET time_s = time_s + 1 WHERE log = 0"), "signature", "does not hold", RESTORE),
    "a co-signature of ours": (flip("cosignatures", "signature", "log = 1", 3), "signature", "does not hold", RESTORE),
    "the holder of a co-signature": (sql("UPDATE cosignatures SET holder = 7 WHERE log = 0"), "holder", "no such party", RESTORE),
    "a run's signature": (flip("runs", "signature", "log = 1", 3), "signature", "does not hold", RESTORE),
    "a run's root": (flip("runs", "root", "log = 1"), "root", "the root that was signed", RESTORE),
    "a run receipt's signature": (flip("run_receipts", "signature", "log = 0", 3), "signature", "does not hold", RESTORE),
    "an ML-DSA-44 signature of ours": (flip("ml_dsa_checkpoints", "signature", "log = 0", 99), "signature", "does not hold", RESTORE),
    "an ML-DSA-44 co-signature": (flip("ml_dsa_cosignatures", "signature", "log = 0", 99), "signature", "does not hold", RESTORE),
    "a witness's signature": (flip("witnessed", "signature", "log = 0", 3), "witnessed", "does not hold", "each minute"),
    "the time of a witness": (sql("UPDATE witnessed SET time_s = time_s + 1"), "witnessed", "does not hold", "each minute"),
    "a witness's key that is gone": (sql("DELETE FROM witness_keys"), "witnessed", "the key that made it is missing", "each minute"),
    "what was shown of our log": (flip("told", "signature", "log = 0", 3), "told", "does not hold", RESTORE),
    "a bit of a proof of two truths": (flip("evidence", "proof", "1 = 1", 60), "evidence", "does not hold", RESTORE),
    "an entry of another branch": (flip("branches", "body", "log = 1", 3), "branch", "not what seed, head and body make", RESTORE),
    "what a proof is of": (sql("UPDATE evidence SET idx = 1"), "evidence", "the proof is of entry", RESTORE),
    "a line test that was heard": (sql("UPDATE announced SET template = 99"), "announced", "has no such text", "no evidence"),
    "a row of a view": (sql("UPDATE messages SET from_post = 'ru.chief' WHERE log = 0 AND idx = 20"), "views", "from_post", REBUILD),
    "a row of a view that is gone": (sql("DELETE FROM message_texts WHERE arrival = 20"), "views", "is missing", REBUILD),
    "a row of a view that nothing makes": (sql("INSERT INTO message_texts VALUES (90000, 'never said')"), "views", "nothing on the record makes", REBUILD),
    "an erasure in the views": (sql("DELETE FROM erasures"), "views", "is missing", REBUILD),
    "the revision": (sql("UPDATE alembic_version SET version_num = '9999'"), "schema", "has revision 9999", "the program that wrote it"),
    "the table of revisions": (sql("DELETE FROM alembic_version"), "schema", "holds no record", RESTORE),
    "a database that is empty": (in_file("record.db", lambda _: b""), "schema", "holds no record", RESTORE),
    "a database cut in half": (truncated, "database", "", ""),
    "a database that is none": (in_file("record.db", lambda data: b"\x5a" * len(data)), "database", "not a database", RESTORE),
    "a database that is gone": (without("record.db"), "database", "there is no record", RESTORE),
    "the database of another line": (other_line, "logs", "agreement and folder", "record.db of this line"),
    "half a restore": (half_restored, "high_water", "were signed for", "asks the other side"),
    "the write-ahead log left behind": (without_wal, "high_water", "were signed for", "-wal"),
    "the high-water file that is gone": (without("highwater"), "high_water", "is missing", "Put the file back"),
    "the high-water file, garbled": (in_file("highwater", lambda data: data[:-9]), "high_water", "is damaged", "by guess"),
    "the high-water file of another node": (other_marks, "high_water", "is another one", "second branch"),
    "the high-water file of another line": (marks_of_another_line, "high_water", "were signed for", "asks the other side"),
    "the agreement, changed by hand": (in_file("agreement/0001.toml", lambda data: data.replace(b"skew", b"skeW", 1)), "folder", "was changed after it was signed", "signed text back"),
    "the agreement's signatures": (in_file("agreement/0001.sigs", flip_file(9)), "folder", "does not hold", "restore the folder"),
    "an entry 0 that is no agreement": (sql("UPDATE entries SET body = zeroblob(9) WHERE log = 0 AND idx = 0"), "folder", "cannot be compared with its record", "check again"),
    "the agreement that is gone": (without("agreement/0001.toml"), "folder", "no agreement", "restore the folder"),
    "the line file of another line": (in_file("line.toml", lambda data: data.replace(b'line_id = "', b'line_id = "0', 1)), "folder", "different lines", "restore the folder"),
    "the node file": (in_file("node.toml", lambda data: b"party = us\n" + data), "folder", "is not TOML", "mend"),
    "a key of another line": (key_of_another_line, "folder", "is not the key that agreement", BACK),
    "a key that is gone": (without("keys/log.key"), "folder", "", ""),
    "the secret shared with them": (without("keys/psk-ru.key"), "folder", "", ""),
}  # fmt: skip


def test_there_are_at_least_forty_kinds_of_damage():
    assert len(CORRUPTIONS) >= 40


def test_the_whole_folder_is_clean_and_checking_it_changes_no_byte(origin, copy):
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    folder, report = check_node(copy)
    assert folder is not None
    assert report.findings == ()
    ours, theirs = report.logs
    assert (ours.erased, ours.attachments, theirs.attachments, report.evidence) == (1, 2, 1, 1)
    assert all(count for count in (ours.cosignatures, ours.run_receipts, theirs.runs, theirs.checkpoints))
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_damage_is_detected_named_and_explained(copy, name):
    damage, subject, says, hint = CORRUPTIONS[name]
    damage(copy)
    _, report = check_node(copy)
    found = [each for each in report.findings if each.code == f"store.fsck.{subject}"]
    assert found, [each.code for each in report.findings]
    assert any(says in each.what and hint in each.hint for each in found), found
    assert all(each.what and each.where and each.hint for each in report.findings)


@pytest.mark.parametrize("name", [name for name, (_, _, _, hint) in CORRUPTIONS.items() if hint == REBUILD])
def test_where_it_says_rebuild_a_rebuild_mends_it(copy, name):
    CORRUPTIONS[name][0](copy)
    folder = NodeFolder.open(copy)
    rebuild_record(folder.record_path, line_of(folder), SERVICES, folder.agreement)
    _, report = check_node(copy)
    assert report.findings == ()
