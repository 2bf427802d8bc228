"""`coupefeu backup` and `coupefeu restore` as people and cron type them."""

import json

from tests.cli.conftest import BANNER

from coupefeu.cli.status import status_lines
from coupefeu.node.folder import NodeFolder


def test_a_backup_says_what_it_holds_and_what_not_and_exercise_first(line):
    lines = line.run("backup", "--to", line.folder / "us.backup")
    assert lines[0] == BANNER
    said = " ".join(lines)
    for words in (
        "US as of",
        "the keys in keys/ but the identity key",
        "how far this node has signed",
        "not sealed",
    ):
        assert words in said
    assert "WHOEVER READS IT CAN SIGN AND LISTEN AS THIS NODE" in said


def test_for_cron_one_object_and_an_exit_code(line):
    values = line.json("backup", "--to", line.folder / "us.backup")
    assert (values["exercise"], values["sealed"], values["party"]) == (True, False, "us")
    assert values["bytes"] == (line.folder / "us.backup").stat().st_size
    assert values["entries"] == {party: log["size"] for party, log in line.json("status")["records"].items()}
    assert line.refused("backup", "--to", line.folder / "us.backup").code == "node.backup.exists"


def test_the_status_says_when_it_was_made(line):
    assert any(one.startswith("No backup was made from this folder") for one in line.run("status"))
    line.run("backup", "--to", line.folder / "us.backup")
    values = line.json("status")
    assert values["backup"]["to"] == str(line.folder / "us.backup")
    lines = status_lines(
        NodeFolder.open(line.us), values | {"as_of_ms": values["backup"]["made_ms"] + 90_000}
    )
    (said,) = [one for one in lines if one.startswith("Last backup")]
    assert ", 0:01:30 ago, to " in said
    assert said.endswith(f"to {line.folder / 'us.backup'}.")


def test_restored_it_is_read_says_that_it_recovers_and_signs_nothing(line):
    line.run("backup", "--to", line.folder / "us.backup")
    back = line.folder / "back"
    lines = line.run("restore", line.folder / "us.backup", "--to", back)
    assert lines[0] == BANNER
    assert "RECOVERING" in " ".join(lines)
    assert (
        line.json("status", node=back)["recovering"] == "the high-water file is missing, which pairing made"
    )
    assert line.refused("say", "hello", node=back).code == "node.assembly.recovering"
    assert line.json("fsck", node=back, code=7)["findings"][0]["code"] == "store.fsck.high_water"
    assert line.json("record", node=back)["entries"] == line.json("record")["entries"]


def test_sealed_with_a_passphrase_it_says_so(line):
    passphrase = line.folder / "passphrase"
    passphrase.write_text("seven words that nobody could ever guess\n")
    passphrase.chmod(0o600)
    made = ("--to", line.folder / "us.backup", "--passphrase-file", passphrase)
    assert json.loads(line.run("backup", *made, "--json")[0])["sealed"] is True
    back = line.folder / "back"
    assert line.refused("restore", line.folder / "us.backup", "--to", back).code == "node.backup.sealed"
    line.run("restore", line.folder / "us.backup", "--to", back, "--passphrase-file", passphrase)


def test_a_checkpoint_brought_by_hand_is_shown_to_a_recovering_node_alone(line):
    line.run("export", "record", "--party", "us", "--to", line.folder / "export", node=line.ru)
    checkpoint = line.folder / "export" / "checkpoint"
    assert line.refused("recover", "--checkpoint", checkpoint).code == "node.recovery.not_recovering"
    (line.us / "highwater").unlink()
    values = line.json("recover", "--checkpoint", checkpoint)
    assert values["size"] == values["held"]
    assert any("/ru" in name for name in values["others"]), "RU's line stands under it"
    assert any("lets it sign nothing" in one for one in line.run("recover", "--checkpoint", checkpoint))
    line.run("export", "record", "--party", "ru", "--to", line.folder / "theirs", node=line.ru)
    assert (
        line.refused("recover", "--checkpoint", line.folder / "theirs" / "checkpoint").code
        == "node.recovery.other_log"
    )
