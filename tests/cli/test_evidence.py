"""What strangers get: exports and proofs made by command, checked by command, by another tool, and after changes."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import BANNER, PLACE
from tests.pairs import pair_two
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint

import coupefeu
from coupefeu.keys.agreement_signatures import build_agreement_body
from coupefeu.model.instant import format_instant
from coupefeu.record.agreed import find_agreement
from coupefeu.wire.note import COSIGNATURE, VerifierKey


@pytest.fixture
def record(line, tmp_path):
    line.run("export", "record", "--party", "us", "--to", tmp_path / "record", node=line.ru)
    return tmp_path / "record"


@pytest.fixture
def proof(line, tmp_path):
    index = line.warning.partition("/")[2]
    line.run("prove", "--party", "US", "--index", index, "--to", tmp_path / "proof")
    return tmp_path / "proof"


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def another_tool(*words) -> bytes:
    tool = Path(sys.executable).with_name("tlog-tiles")
    return subprocess.run([tool, *map(str, words)], capture_output=True, check=True).stdout


def test_an_export_holds_these_files_and_no_others(line, record):
    size = line.json("status")["records"]["us"]["size"]
    assert files_of(record) == {
        "checkpoint", "log.vkey", "cosigners/ru.vkey", "policy", "policy-degraded", "bodies/INDEX", "bodies/000",
        f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}", "README.txt",
    }  # fmt: skip


def test_what_strangers_are_given_says_exercise_first_and_how_to_check_it(record, proof):
    for folder in (record, proof):
        lines = (folder / "README.txt").read_text("utf-8").splitlines()
        assert lines[0] == BANNER
        assert any("coupefeu verify" in line for line in lines)


@pytest.mark.parametrize("side", ["us", "ru"])
@pytest.mark.parametrize("party", ["us", "ru"])
def test_either_side_exports_either_log_under_the_counterparts_signature(line, tmp_path, side, party):
    other = {"us": "ru", "ru": "us"}[party]
    node = getattr(line, side)
    values = line.json("export", "record", "--party", party, "--to", tmp_path / "out", node=node)
    assert values["cosigned_by"] == [other]
    checkpoint = Checkpoint.from_text((tmp_path / "out" / "checkpoint").read_text())
    log = Vkey.from_string((tmp_path / "out" / "log.vkey").read_text().strip())
    cosigner = Vkey.from_string((tmp_path / "out" / "cosigners" / f"{other}.vkey").read_text().strip())
    assert (log.sig_type, cosigner.sig_type, len(checkpoint.signatures)) == (1, 4, 2)
    checkpoint.verify(log)
    checkpoint.verify(cosigner)
    assert values["size"] == checkpoint.size == line.json("status", node=node)["records"][party]["cosigned"]


def test_the_newest_checkpoint_that_the_counterpart_signed_is_taken(line, tmp_path):
    size = line.json("status")["records"]["us"]["cosigned"]
    with sqlite3.connect(line.us / "record.db") as record:
        newer = "SELECT log, size + 1000, {} FROM {} WHERE log = 0 AND size = ?"
        own = newer.format("0, time_s, signature, arrived_ms", "cosignatures")
        record.execute(f"INSERT INTO cosignatures {own}", (size,))
        record.execute(f"INSERT INTO checkpoints {newer.format('root, signature', 'checkpoints')}", (size,))
        alone = newer.format("1, time_s, signature, arrived_ms", "cosignatures").replace("1000", "2000")
        record.execute(f"INSERT INTO cosignatures {alone}", (size,))
    record.close()
    assert line.json("export", "record", "--party", "us", "--to", tmp_path / "out")["size"] == size


def test_a_verifier_that_is_not_ours_accepts_every_entry_and_writes_the_same_proof(line, record, proof):
    index = int(line.warning.partition("/")[2])
    leaf = another_tool("get-leaf", "--check", record, index)
    assert leaf == (proof / "leaf").read_bytes()
    theirs = another_tool("gen-proof", record, index).decode()
    ours = (proof / "proof").read_text()
    assert theirs == "\n".join(one for one in ours.split("\n") if not one.startswith("extra "))


def test_verify_says_what_is_proved_and_what_is_not(line, record):
    lines = line.run("verify", record, "--deep")
    assert lines[0] == BANNER
    text = " ".join(" ".join(lines).split())
    proved, _, not_proved = text.partition("NOT PROVED")
    assert "Entry 0 is the EXERCISE agreement" in proved
    assert "The keys used here are those that this agreement names." in proved
    assert "that it held all" in proved
    assert "Which person wrote, saw or read anything" in not_proved
    assert "That these identity keys are the parties'" in not_proved
    assert [one for one in lines if len(one) > 80] == []


def test_verify_as_json_has_stable_keys(line, record):
    values = line.json("verify", record, "--deep")
    assert list(values) == [
        "exercise", "what", "origin", "size", "root", "deep", "heads", "bodies", "unreadable", "unreadable_count",
        "attachments", "attachments_absent", "bracket", "persons", "agreement", "cosigned", "signed_again",
        "post_quantum_before", "witnessed", "policy", "unknown_signers", "keys_from", "proved", "not_proved",
    ]  # fmt: skip
    assert values["exercise"] is True
    assert (values["heads"], values["bodies"], values["unreadable_count"]) == (
        values["size"],
        values["size"],
        0,
    )
    assert values["agreement"]["names_these_keys"] is True
    assert values["keys_from"] == "folder"


def test_keys_given_are_the_only_ones_trusted(line, record):
    log = (record / "log.vkey").read_text().strip()
    values = line.json("verify", record, "--key", log)
    assert (values["keys_from"], values["cosigned"], values["signed_again"]) == ("given", [], [])
    assert values["unknown_signers"]
    assert any("no known key has co-signed" in each for each in values["not_proved"])
    both = line.json("verify", record, "--key", log, "--key", record / "cosigners" / "ru.vkey")
    assert len(both["cosigned"]) == 1
    assert line.refused("verify", record, "--key", record / "cosigners" / "ru.vkey").code == "cli.verify.keys"


def test_another_logs_key_is_refused(line, record, tmp_path):
    line.run("export", "record", "--party", "ru", "--to", tmp_path / "other")
    error = line.refused("verify", record, "--key", tmp_path / "other" / "log.vkey")
    assert isinstance(error, coupefeu.VerificationError)


@pytest.mark.parametrize("deep", [[], ["--deep"]])
def test_every_file_of_an_export_counts(line, record, deep):
    changed = []
    for name in sorted(files_of(record)):
        whole = (record / name).read_bytes()
        (record / name).write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        result = line.invoke("verify", record, *deep)
        if isinstance(result.exception, coupefeu.CoupefeuError):
            changed.append(name)
        (record / name).write_bytes(whole)
    assert line.invoke("verify", record, *deep).exit_code == 0
    expected = files_of(record) if deep else files_of(record) - {"bodies/000"}
    assert expected <= set(changed) | {"bodies/INDEX", "README.txt"}


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries", "tile/0", "log.vkey"])
def test_a_file_that_is_missing_is_named(line, record, name):
    path = record / name
    moved = path if path.is_file() else next(each for each in path.rglob("*") if each.is_file())
    moved.unlink()
    error = line.refused("verify", record)
    assert moved.name in error.message
    assert error.hint


def test_a_proof_holds_these_files_and_stands_alone(line, proof):
    assert files_of(proof) == {
        "leaf", "proof", "body", "log.vkey", "cosigners/ru.vkey", "opening/leaf", "opening/proof", "opening/body",
        "policy", "policy-degraded", "README.txt",
    }  # fmt: skip
    assert len((proof / "leaf").read_bytes()) == 70
    lines = line.run("verify", proof)
    assert lines[0] == BANNER
    assert any(one.startswith("It is: MESSAGE, FLASH, from us.duty to ru.duty") for one in lines)


def test_a_proof_without_the_opening_says_that_the_status_is_not_shown(line, proof):
    for path in (proof / "opening").iterdir():
        path.unlink()
    lines = line.run("verify", proof)
    assert lines[0] != BANNER
    assert "- Whether the line is REAL or EXERCISE: the agreement is not shown." in lines


@pytest.mark.parametrize("name", ["leaf", "proof", "body", "opening/body", "log.vkey", "cosigners/ru.vkey"])
def test_every_file_of_a_proof_counts(line, proof, name):
    whole = (proof / name).read_bytes()
    (proof / name).write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    assert isinstance(line.invoke("verify", proof).exception, coupefeu.CoupefeuError)


def test_the_text_of_a_message_is_shown_with_its_proof(line, tmp_path):
    index = line.text.partition("/")[2]
    line.run("prove", "--party", "us", "--index", index, "--to", tmp_path / "proof", node=line.ru)
    lines = line.run("verify", tmp_path / "proof")
    assert "  | It turned back at 0312Z." in lines


def test_a_proof_says_what_a_warning_says(line, proof):
    lines = line.run("verify", proof)
    start = lines.index("It says: WARNING, SAFETY.")
    assert lines[start + 1 : start + 4] == ["  Operative word: STOP", f"  Place: {PLACE}", "  Number: 4"]
    values = line.json("verify", proof)
    assert (values["kind_name"], values["content"]["operative"], values["act"]) == ("MESSAGE", "STOP", None)


@pytest.mark.parametrize(
    ("kind", "message", "says"),
    [("taken", "warning", []), ("read-back", "text", ["It says: typed: 0312Z"])],
)
def test_a_proof_of_an_act_says_about_what_it_is_and_what_was_done(line, tmp_path, kind, message, says):
    entry = line.json("record", "--party", "ru", "--kind", kind)["entries"][-1]
    line.run("prove", "--party", "ru", "--index", entry["index"], "--to", tmp_path / "act")
    lines = line.run("verify", tmp_path / "act")
    whole = " ".join(lines)
    assert f"It is: {entry['kind']}, {entry['precedence']}, from ru.duty to us.duty, about " in whole
    assert f"about {getattr(line, message)}; its author wrote" in whole
    assert [each for each in lines if each.startswith("It says")] == says
    (tmp_path / "act" / "opening" / "proof").unlink()
    assert line.json("verify", tmp_path / "act")["about"] == [f"entry {getattr(line, message)[3:]} of log 0"]


def test_what_cannot_be_proved_yet_says_when(line, tmp_path):
    number = line.say("not sent yet")
    index = number.partition("/")[2]
    error = line.refused("prove", "--party", "us", "--index", index, "--to", tmp_path / "proof")
    assert error.code == "node.export.not_cosigned"
    assert "coupefeu status" in error.hint
    missing = line.refused("prove", "--party", "us", "--index", "999", "--to", tmp_path / "proof")
    assert missing.code == "store.reader.no_entry"
    assert not (tmp_path / "proof").exists()


def test_nothing_that_exists_is_written_over(line, record):
    again = line.refused("export", "record", "--party", "us", "--to", record)
    assert again.code == "node.export.not_empty"
    assert line.invoke("verify", record).exit_code == 0


def test_what_is_no_folder_or_holds_no_keys_is_said(line, tmp_path):
    assert line.refused("verify", tmp_path / "nowhere").code == "cli.verify.folder"
    assert line.refused("verify", tmp_path).code == "cli.verify.no_key"


def test_what_is_no_key_and_what_is_no_note_are_named(line, record):
    wrong = line.refused("verify", record, "--key", "log.vkey")
    assert (wrong.code, "'log.vkey'" in wrong.message) == ("cli.verify.key", True)
    (record / "log.vkey").write_bytes(b"\xff\xfe")
    assert str(record / "log.vkey") in line.refused("verify", record).message
    line.run("export", "record", "--party", "us", "--to", record.parent / "again")
    (record.parent / "again" / "checkpoint").write_text("nothing")
    assert str(record.parent / "again") in line.refused("verify", record.parent / "again").message


def test_names_from_a_strangers_folder_cannot_steer_the_terminal(line, record):
    hostile = VerifierKey.of("clear\x1b[2J\u202ecosigner", COSIGNATURE, bytes(32)).text()
    (record / "cosigners" / "zz.vkey").write_text(hostile)
    result = line.invoke("verify", record)
    assert result.exit_code == 0
    assert "clear\\u001b[2J\\u202ecosigner" in "".join(result.output.split())


@pytest.mark.parametrize("name", ["checkpoint", "proof", "log.vkey", "cosigners/ru.vkey"])
def test_a_pipe_in_a_strangers_folder_keeps_nobody_waiting(record, name):
    (record / name).unlink(missing_ok=True)
    os.mkfifo(record / name)
    words = [Path(sys.executable).with_name("coupefeu"), "verify", record]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode
    assert f"{name}" in done.stderr
    assert "not a plain file" in done.stderr


def test_an_agreement_of_another_line_says_nothing_of_this_log():
    _, _, paired = pair_two()
    body, agreement = build_agreement_body(paired.signed), paired.signed.agreement
    assert find_agreement(body, agreement.origin("us")).signed == paired.signed
    finding = find_agreement(body, agreement.origin("us").replace(agreement.line_id.hex(), "0" * 32))
    assert finding.signed is None
    assert finding.reason == "the agreement in entry 0 is of another line"


def test_an_opening_under_another_checkpoint_is_not_believed(line, proof, tmp_path):
    """Entry 0 of another branch would tell of another line than the entry beside it."""
    assert line.json("verify", proof)["agreement"]
    index = line.warning.partition("/")[2]
    node = line.ru
    with sqlite3.connect(node / "record.db") as record:
        ((size,),) = record.execute("SELECT max(size) FROM cosignatures WHERE log = 0 AND holder = 1")
        record.execute("DELETE FROM cosignatures WHERE log = 0 AND size = ?", (size,))
    record.close()
    line.run("prove", "--party", "us", "--index", index, "--to", tmp_path / "earlier", node=node)
    shutil.rmtree(proof / "opening")
    shutil.copytree(tmp_path / "earlier" / "opening", proof / "opening")
    values = line.json("verify", proof)
    assert values["agreement"] is None
    assert "Whether the line is REAL or EXERCISE: the agreement is not shown." in values["not_proved"]


def test_verify_says_between_what_an_entry_was_written(line, tmp_path):
    """The read-back of RU came after it held our text, and before we signed that we hold it."""
    index = line.json("status", node=line.ru)["records"]["ru"]["size"] - 1
    line.run("prove", "--party", "ru", "--index", index, "--to", tmp_path / "proof")
    line.run("export", "record", "--party", "us", "--to", tmp_path / "ours")
    values = line.json("verify", tmp_path / "proof")
    (before,) = values["bracket"]["not_before"]
    ours = line.json("verify", tmp_path / "ours")
    assert (before["log"], before["party"]) == (0, "us")
    assert (before["size"], before["root"]) == (ours["size"], ours["root"]), "it names what we exported"
    assert values["bracket"]["not_after"] == {
        "name": values["cosigned"][0]["name"],
        "time_s": values["cosigned"][0]["time_s"],
    }
    text = " ".join(" ".join(line.run("verify", tmp_path / "proof")).split())
    when = text.partition(" WHEN ")[2].partition(" NOT PROVED ")[0]
    assert f"- Not before entry {before['size'] - 1} of the log of US" in when
    assert before["root"] in when
    second = format_instant(values["cosigned"][0]["time_s"] * 1_000).replace(".000", "")
    assert f"- Not after the second {second}:" in when


def test_a_bracket_without_head_agreement_or_co_signature_says_so(line, proof):
    for path in (proof / "opening").iterdir():
        path.unlink()
    log = (proof / "log.vkey").read_text().strip()
    bracket = line.json("verify", proof, "--key", log)["bracket"]
    assert bracket["not_after"] is None
    assert [each["party"] for each in bracket["not_before"]] == [None] * len(bracket["not_before"])
    lines = (proof / "proof").read_text().split("\n")
    (proof / "proof").write_text("\n".join(each for each in lines if not each.startswith("extra ")))
    (proof / "body").unlink()
    text = " ".join(line.run("verify", proof, "--key", log))
    assert "- Not before: what its author had seen is in its head, which is not shown" in text
    assert "- Not after: no other party's co-signature is shown." in text


def test_verify_says_of_a_record_what_its_author_had_seen(line, tmp_path):
    line.run("export", "record", "--party", "ru", "--to", tmp_path / "record")
    assert line.json("verify", tmp_path / "record")["bracket"] is None
    values = line.json("verify", tmp_path / "record", "--deep")
    (most,) = values["bracket"]["not_before"]
    assert most["party"] == "us"
    text = " ".join(" ".join(line.run("verify", tmp_path / "record", "--deep")).split())
    heads = values["heads"]
    seen = []
    for index in range(heads):
        line.run("prove", "--party", "ru", "--index", index, "--to", tmp_path / str(index))
        seen += line.json("verify", tmp_path / str(index))["bracket"]["not_before"]
    assert most["size"] == max(each["size"] for each in seen)
    assert 0 < len(seen) < heads, "an opening and a line test name nothing"
    assert f"- {len(seen)} of the {heads} heads shown name what their author had seen." in text
    assert f"- The newest of the log of US is entry {most['size'] - 1}:" in text
    assert "- No entry after " in text
    plain = " ".join(" ".join(line.run("verify", tmp_path / "record")).split())
    assert "were not read (--deep)" in plain
