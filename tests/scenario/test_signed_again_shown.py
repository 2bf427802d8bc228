"""What strangers get of ML-DSA-44: lines on the same checkpoint, keys beside it, and what is classical only so far."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.scenario.stage import open_line, verify
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as TheirCheckpoint

from coupefeu.cli import verify as cli_verify
from coupefeu.cli.exported_folder import folder_keys, reader_of
from coupefeu.cli.record import covered_line
from coupefeu.cli.status import _classical_lines
from coupefeu.console.record import RecordLists, entry_values
from coupefeu.errors import PeerError, StoreError, VerificationError
from coupefeu.keys.notes import MlDsaSigner
from coupefeu.node.covered import CoveredValues, read_covered
from coupefeu.node.entries import wanted_of
from coupefeu.node.export import covered_in, export_record
from coupefeu.node.prove import prove_entry
from coupefeu.node.standing import _log as record_log
from coupefeu.record.audit import OLDER_CHECKPOINT, audit_record
from coupefeu.record.evidence import audit_proof
from coupefeu.record.signatures import CLASSICAL
from coupefeu.store.fsck import check_record
from coupefeu.store.reader import Reader
from coupefeu.testing.line import make_agreement, make_line, private_key
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import Note, format_note, parse_note
from coupefeu.wire.proof import TlogProof

US, RU = 0, 1
PARTIES = make_line(make_agreement(), "us").parties


@pytest.fixture
def nodes(tmp_path):
    """Three entries of US that ML-DSA-44 covers, and one behind them that it does not."""
    nodes = open_line(tmp_path)
    for text in ("one", "two", "three"):
        nodes.us.say(text)
    nodes.run(seconds=4)
    nodes.us.say("four")
    nodes.run(seconds=0.5)
    return nodes


def export(nodes, to):
    with Reader(nodes.ru.path, running=True) as reader:
        export_record(reader, PARTIES, US, to)
    return to


def prove(nodes, index, to):
    with Reader(nodes.us.path, running=True) as reader:
        return prove_entry(reader, PARTIES, US, index, to)


def audit(folder):
    keys = folder_keys(folder)
    return audit_record(reader_of(folder), keys.log, keys.cosigners, deep=True, ml_dsa_keys=keys.ml_dsa)


def proved(folder):
    keys = folder_keys(folder)
    read = reader_of(folder)
    return audit_proof(
        read("leaf"), read("proof"), read("body"), keys.log, keys.cosigners, ml_dsa_keys=keys.ml_dsa
    )


def test_the_lines_stand_on_the_same_checkpoint_and_another_tool_verifies_them_all(nodes, tmp_path):
    nodes.run(seconds=4)
    folder = export(nodes, tmp_path / "record")
    assert sorted(path.name for path in (folder / "cosigners" / "mldsa").iterdir()) == [
        "log-key.vkey",
        "ru.vkey",
    ]
    assert not (folder / OLDER_CHECKPOINT).exists()
    theirs = TheirCheckpoint.from_text((folder / "checkpoint").read_text())
    keys = [Vkey.from_string(path.read_text().strip()) for path in folder.glob("**/*.vkey")]
    assert len(keys) == len(theirs.signatures) == 4
    assert len(VkeySet(*keys).verify(theirs.signatures, theirs)) == 4
    found = audit(folder)
    assert (found.covered, len(found.again)) == (4, 2)
    assert not [each for each in found.not_proved if each.startswith(CLASSICAL)]
    assert sum("a quantum computer does not forge that" in each for each in found.proved) == 2
    verify(folder)


def test_an_export_says_from_which_entry_on_it_is_classical_only(nodes, tmp_path):
    folder = export(nodes, tmp_path / "record")
    assert covered_in(folder, 4) == 3
    found = audit(folder)
    assert (found.size, found.covered) == (4, 3)
    (sentence,) = [each for each in found.not_proved if each.startswith(CLASSICAL)]
    assert "Entries from 3 on are classical only so far" in sentence
    verify(folder)


def test_a_record_that_nobody_signed_again_is_classical_only_as_a_whole(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("one")
    nodes.run(seconds=0.5)
    folder = export(nodes, tmp_path / "record")
    assert covered_in(folder, 1) == 0
    (sentence,) = [each for each in audit(folder).not_proved if each.startswith(CLASSICAL)]
    assert "All entries are classical only so far" in sentence
    prove(nodes, 0, tmp_path / "proof")
    assert any("The entry is classical only so far" in each for each in proved(tmp_path / "proof").not_proved)


def test_an_entry_is_proved_under_the_newest_checkpoint_that_ml_dsa_covers_where_one_holds_it(
    nodes, tmp_path
):
    assert prove(nodes, 2, tmp_path / "covered") == 3
    assert proved(tmp_path / "covered").covered == 3
    assert prove(nodes, 3, tmp_path / "newer") == 4
    assert proved(tmp_path / "newer").covered == 0


def test_an_older_checkpoint_that_is_not_of_these_entries_is_refused(nodes, tmp_path):
    folder = export(nodes, tmp_path / "record")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    others = open_line(elsewhere)
    for text in ("another", "truth", "altogether"):
        others.us.say(text)
    others.run(seconds=4)
    forked = export(others, tmp_path / "forked")
    shutil.copy(forked / "checkpoint", folder / OLDER_CHECKPOINT)
    with pytest.raises(VerificationError, match="not the first of these") as caught:
        audit(folder)
    assert caught.value.code == "record.audit.older"
    shutil.copy(folder / "checkpoint", folder / OLDER_CHECKPOINT)
    with pytest.raises(VerificationError, match="not the first of these"):
        audit(folder)


def rewrite(path: Path, change):
    note = parse_note(path.read_bytes())
    path.write_bytes(format_note(Note(note.text, tuple(change(list(note.signatures))))))


def of_another_key(lines):
    checkpoint = Checkpoint(PARTIES[US].origin, 4, bytes(32))
    lines[2] = replace(
        MlDsaSigner(lines[2].name, private_key("fr", "x")).cosign(checkpoint, 0), key_id=lines[2].key_id
    )
    return lines


def of_another_size(lines):
    signer = MlDsaSigner(lines[2].name, private_key("us", "log-mldsa"))
    lines[2] = signer.cosign(Checkpoint(PARTIES[US].origin, 5, bytes(32)), 0)
    return lines


def truncated(lines):
    lines[2] = replace(lines[2], blob=lines[2].blob[:-1])
    return lines


def another_time(lines):
    lines[2] = replace(lines[2], blob=bytes(7) + b"\x01" + lines[2].blob[8:])
    return lines


def as_ed25519(lines):
    lines[2] = replace(lines[2], blob=lines[2].blob[:72])
    return lines


def changed_in_a_bit(lines):
    lines[2] = replace(lines[2], blob=lines[2].blob[:-1] + bytes((lines[2].blob[-1] ^ 1,)))
    return lines


@pytest.mark.parametrize(
    "change", [of_another_key, of_another_size, truncated, another_time, as_ed25519, changed_in_a_bit]
)
def test_a_wrong_line_is_refused_and_not_passed_over(nodes, tmp_path, change):
    nodes.run(seconds=4)
    folder = export(nodes, tmp_path / "record")
    rewrite(folder / "checkpoint", change)
    with pytest.raises((VerificationError, PeerError)):
        audit(folder)
    prove(nodes, 1, tmp_path / "proof")
    proof = TlogProof.parse((tmp_path / "proof" / "proof").read_bytes())
    note = parse_note(proof.checkpoint_note)
    bad = format_note(Note(note.text, tuple(change(list(note.signatures)))))
    (tmp_path / "proof" / "proof").write_bytes(replace(proof, checkpoint_note=bad).format())
    with pytest.raises((VerificationError, PeerError)):
        proved(tmp_path / "proof")


def test_a_line_of_the_author_alone_or_of_the_holder_alone_covers_nothing(nodes, tmp_path):
    nodes.run(seconds=4)
    folder = export(nodes, tmp_path / "record")
    for kept in (2, 3):
        copy = tmp_path / f"kept-{kept}"
        shutil.copytree(folder, copy)
        rewrite(copy / "checkpoint", lambda lines, kept=kept: [*lines[:2], lines[kept]])
        found = audit(copy)
        assert (found.covered, len(found.again)) == (0, 1)


def test_a_key_of_the_wrong_kind_or_twice_is_refused(nodes, tmp_path):
    nodes.run(seconds=4)
    folder = export(nodes, tmp_path / "record")
    keys = folder_keys(folder)
    for wrong in ((*keys.ml_dsa, keys.ml_dsa[0]), (keys.cosigners[0],)):
        with pytest.raises(VerificationError, match="do not belong"):
            audit_record(reader_of(folder), keys.log, keys.cosigners, ml_dsa_keys=wrong)


def test_a_signature_that_was_changed_in_the_record_is_found_and_never_exported(nodes, tmp_path):
    nodes.run(seconds=4)
    keeper = nodes.ru.keeper
    for table in ("ml_dsa_checkpoints", "ml_dsa_cosignatures"):
        keeper.connection.query(f"UPDATE {table} SET signature = zeroblob(2420) WHERE size = 4")
    report = check_record(nodes.ru.path, PARTIES, RU, running=True)
    assert (
        sum("ML-DSA-44" in each.where and each.code == "store.fsck.signature" for each in report.findings)
        == 2
    )
    with pytest.raises(StoreError, match="does not hold"):
        export(nodes, tmp_path / "record")


@pytest.mark.parametrize(
    ("until_ms", "says"), [(4_000_000_000_000, "counts until"), (1_000, "COUNTS NO LONGER")]
)
def test_until_when_that_counts_is_said_as_it_was_agreed(until_ms, says):
    sentence = f"{CLASSICAL} All entries are classical only so far (Ed25519)."
    assert says in cli_verify._with_end(sentence, until_ms)
    assert cli_verify._with_end(sentence, None) == sentence
    assert cli_verify._with_end("Something else.", until_ms) == "Something else."


def test_lists_say_how_far_each_log_is_covered(nodes):
    with Reader(nodes.ru.path, running=True) as reader:
        (found,) = read_covered(reader, ("us", "ru"))
        standing = record_log(reader, US, {"size": 4, "complete": 4, "closed_at": None}, ("us", "ru"))
    assert found == CoveredValues(log="US", party="us", size=4, covered=3, by=["ru"])
    assert (standing["covered"], standing["covered_by"]) == (3, {"ru": 3})
    assert (
        covered_line(found)
        == "US: ML-DSA-44 by US, RU before 3; entries from 3 on are classical only so far."
    )
    assert covered_line(replace(found, covered=4)) == "US: ML-DSA-44 by US, RU before 4, which is all of it."
    none = replace(found, covered=0, by=[])
    assert covered_line(none) == "US: entries from 0 on are classical only so far."


def test_a_page_says_of_each_entry_who_signed_it_again(nodes):
    desk = nodes.ru.desk()
    try:
        again = [entry_values(desk, PARTIES, (US, index)).again for index in range(4)]
        page = RecordLists().page(desk, wanted_of(("us", "ru")), 0, 10)
    finally:
        desk.close()
    assert again == [("us", "ru")] * 3 + [()]
    assert [(each.log, each.covered) for each in page.covered] == [("US", 3)]


@pytest.mark.parametrize(
    ("until_ms", "says"),
    [(None, None), (90_000, "counts until"), (10_000, "COUNTS NO LONGER")],
)
def test_status_says_what_is_classical_only_and_until_when_that_counts(until_ms, says):
    log = {"name": "US", "size": 4, "covered": 3, "earlier": []}
    lines = _classical_lines(until_ms, {"as_of_ms": 50_000, "records": {"us": log}})
    assert lines[0] == "Classical only so far (Ed25519, not ML-DSA-44): US from 3 on."
    assert len(lines) == (1 if says is None else 2)
    assert says is None or says in lines[1]
    covered = {"as_of_ms": 50_000, "records": {"us": {**log, "covered": 4}}}
    assert _classical_lines(until_ms, covered) == []


def test_a_proof_stays_small_with_every_line_on_it(nodes, tmp_path):
    prove(nodes, 2, tmp_path / "covered")
    assert (tmp_path / "covered" / "proof").stat().st_size < 11_500
    prove(nodes, 3, tmp_path / "newer")
    assert (tmp_path / "newer" / "proof").stat().st_size < 1_500
