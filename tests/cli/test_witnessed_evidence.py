"""What a neutral witness adds to what strangers get: its lines, its keys, policies that ask for it."""

from dataclasses import dataclass, replace

import pytest
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as OtherCheckpoint

from coupefeu.keys import ed25519, mldsa
from coupefeu.keys.notes import CosignSigner, MlDsaSigner
from coupefeu.model.agreement import NeutralWitness
from coupefeu.node.apart_jobs import verify_records
from coupefeu.node.assembly import open_keeper
from coupefeu.node.export import export_record
from coupefeu.node.folder import NodeFolder
from coupefeu.node.leaflet import write_record_leaflet
from coupefeu.record.witnessed import WitnessLine
from coupefeu.store.jobs import KeepWitnessed
from coupefeu.store.reader import Reader
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.cosignature import unpack
from coupefeu.wire.note import COSIGNATURE, VerifierKey
from coupefeu.wire.policy import parse_policy

NAME = "witness.example/w1"
TIME_S = 1_900_000_000


@dataclass(frozen=True)
class Neutral:
    """A witness that has signed US's log where RU signed it last."""

    ed25519: CosignSigner
    ml_dsa: MlDsaSigner

    def lines(self, checkpoint):
        raw = unpack(self.ml_dsa.cosign(checkpoint, TIME_S).blob, 2_420)[1]
        return (
            WitnessLine(
                key=self.ed25519.vkey,
                time_s=TIME_S,
                signature=self.ed25519.cosign_raw(checkpoint.text(), TIME_S),
            ),
            WitnessLine(key=self.ml_dsa.vkey, time_s=TIME_S, signature=raw),
        )


def keep(folder, neutral, *, witness="neutral"):
    """Put its lines on a stopped node's record; gives the size."""
    opened = NodeFolder.open(folder)
    with Reader(opened.record_path, running=False) as reader:
        signed = reader.newest_cosigned(0)
    checkpoint = Checkpoint(opened.parties[0].origin, signed.size, signed.root)
    keeper = open_keeper(opened, opened.clock())
    job = KeepWitnessed(
        log=0,
        size=signed.size,
        root=signed.root,
        signature=signed.signature,
        witness=witness,
        lines=neutral.lines(checkpoint),
    )
    (outcome,) = keeper.execute([job], opened.clock())
    keeper.close()
    assert not isinstance(outcome, Exception), outcome
    return signed.size


@pytest.fixture(scope="module")
def neutral():
    return Neutral(CosignSigner(NAME, ed25519.generate()), MlDsaSigner(NAME, mldsa.generate()))


@pytest.fixture
def record(line, neutral, tmp_path):
    keep(line.us, neutral)
    line.run("export", "record", "--party", "us", "--to", tmp_path / "record")
    return tmp_path / "record"


def policy_of(tmp_path, text):
    path = tmp_path / "the.policy"
    path.write_text(text)
    return path


def keys_of(record):
    return {
        name: (record / file).read_text().strip()
        for name, file in (
            ("log", "log.vkey"),
            ("ru", "cosigners/ru.vkey"),
            ("neutral", "witnesses/neutral.vkey"),
            ("quantum", "witnesses/mldsa/neutral.vkey"),
        )
    }


def all_of(record):
    keys = keys_of(record)
    return (
        f"log {keys['log']}\nwitness ru {keys['ru']}\nwitness neutral {keys['neutral']}\n"
        "group both all ru neutral\nquorum both\n"
    )


def test_an_export_carries_the_lines_and_keys_of_a_witness(line, record, neutral):
    checkpoint = OtherCheckpoint.from_text((record / "checkpoint").read_text())
    assert len(checkpoint.signatures) == 4
    checkpoint.verify(Vkey.from_string(neutral.ed25519.vkey.text()))
    assert keys_of(record)["quantum"] == neutral.ml_dsa.vkey.text()
    values = line.json("verify", record)
    assert [(each["name"], each["time_s"]) for each in values["witnessed"]] == [(NAME, TIME_S)] * 2
    assert values["unknown_signers"] == []
    assert len(values["cosigned"]) == 1, "a witness holds nothing"
    lines = " ".join(line.run("verify", record))
    assert "It has seen no entry." in lines
    assert "kept from whoever signed here" in lines


def test_export_says_by_whom_it_is_witnessed(line, neutral, tmp_path):
    keep(line.us, neutral)
    values = line.json("export", "record", "--party", "us", "--to", tmp_path / "out")
    assert values["witnessed_by"] == ["neutral"]


def test_a_proof_is_made_where_a_witness_signed_and_an_export_only_if_asked(line, neutral, tmp_path):
    """The record went on: the newest head has no line of the witness yet."""
    size = keep(line.us, neutral)
    _go_on(line, size)
    newest = line.json("export", "record", "--party", "us", "--to", tmp_path / "newest")
    assert (newest["size"], newest["witnessed_by"]) == (size + 1, [])
    asked = line.json("export", "record", "--party", "us", "--witnessed", "--to", tmp_path / "asked")
    assert (asked["size"], asked["witnessed_by"]) == (size, ["neutral"])
    assert line.json("prove", "--party", "us", "--index", 1, "--to", tmp_path / "old")["size"] == size
    assert line.json("prove", "--party", "us", "--index", size, "--to", tmp_path / "new")["size"] == size + 1
    assert line.json("verify", tmp_path / "old")["witnessed"]
    assert not line.json("verify", tmp_path / "new")["witnessed"]


def _go_on(line, size):
    """One more entry of US that RU has co-signed."""
    import asyncio

    import coupefeu

    async def play():
        async with coupefeu.Node.open(line.us) as ours, coupefeu.Node.open(line.ru):
            sent = await ours.line("RU").send("more")
            assert sent.id[1] >= size  # a line test may come between
            await asyncio.wait_for(sent.receipt(), 60)

    asyncio.run(play())


def test_a_policy_brings_its_own_keys_and_is_met(line, record, tmp_path):
    values = line.json("verify", record, "--policy", policy_of(tmp_path, all_of(record)))
    assert values["policy"] == {"met": True, "counted": ["ru", "neutral"]}
    assert values["keys_from"] == "given"
    assert values["unknown_signers"] == [NAME], "its post-quantum key was not given"
    for file in ("policy", "policy-degraded"):
        assert line.json("verify", record, "--policy", record / file)["policy"]["met"]


def test_a_proof_is_judged_by_a_policy_too(line, record, tmp_path):
    line.run("prove", "--party", "us", "--index", 1, "--to", tmp_path / "proof")
    policy = policy_of(tmp_path, all_of(record))
    assert line.json("verify", tmp_path / "proof", "--policy", policy)["policy"]["met"]


def test_a_post_quantum_witness_is_asked_for_as_any_other(line, record, tmp_path):
    keys = keys_of(record)
    text = f"log {keys['log']}\nwitness w {keys['quantum']}\nquorum w\n"
    assert line.json("verify", record, "--policy", policy_of(tmp_path, text))["policy"]["met"]


def test_a_policy_without_a_log_leaves_that_key_to_its_reader(line, record, tmp_path):
    text = all_of(record).partition("\n")[2]
    values = line.json("verify", record, "--policy", policy_of(tmp_path, text))
    assert (values["policy"]["met"], values["keys_from"]) == (True, "folder")
    given = line.json(
        "verify", record, "--policy", policy_of(tmp_path, "quorum none\n"), "--key", keys_of(record)["log"]
    )
    assert given["policy"] == {"met": True, "counted": []}


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (("quorum both", "quorum all"), "wire.policy.unknown", "'all'"),
        (("both all ru neutral", "both 3 ru neutral"), "wire.policy.threshold", "can never be met"),
        (("both all ru neutral", "both all ru ru"), "wire.policy.collides", "counts in a group already"),
        (("witness neutral", "witness ru"), "wire.policy.twice", "defines 'ru' again"),
    ],
)
def test_a_policy_that_can_never_be_met_is_refused_with_its_line(line, record, tmp_path, change, code, says):
    policy = policy_of(tmp_path, all_of(record).replace(*change))
    error = line.refused("verify", record, "--policy", policy)
    assert error.code == code
    assert says in error.message
    assert str(policy) in error.message


def test_a_policy_that_is_not_met_says_who_is_missing(line, tmp_path, record, neutral):
    line.run("export", "record", "--party", "us", "--to", tmp_path / "bare", node=line.ru)
    policy = policy_of(tmp_path, all_of(record))
    error = line.refused("verify", tmp_path / "bare", "--policy", policy)
    assert error.code == "record.policy.unmet"
    assert "not there: neutral" in error.message
    other = VerifierKey.of("other", COSIGNATURE, ed25519.public(ed25519.generate())).text()
    text = all_of(record).replace(keys_of(record)["neutral"], other)
    assert (
        "not there: neutral" in line.refused("verify", record, "--policy", policy_of(tmp_path, text)).message
    )


def test_a_policy_of_another_log_is_refused(line, record, tmp_path):
    line.run("export", "record", "--party", "ru", "--to", tmp_path / "theirs")
    policy = policy_of(tmp_path, all_of(record))
    assert line.refused("verify", tmp_path / "theirs", "--policy", policy).code == "record.signatures.keys"


def test_a_policy_that_is_not_there_is_named(line, record, tmp_path):
    assert line.refused("verify", record, "--policy", tmp_path / "nowhere").code == "cli.verify.policy"


@pytest.mark.parametrize("file", ["witnesses/neutral.vkey", "witnesses/mldsa/neutral.vkey"])
def test_a_line_of_another_key_under_the_witness_name_is_not_its_line(line, record, file):
    path = record / file
    key = VerifierKey.parse(path.read_text())
    path.write_text(VerifierKey.of(key.name, key.algorithm, key.key[:-1] + bytes([key.key[-1] ^ 1])).text())
    values = line.json("verify", record)
    assert len(values["witnessed"]) == 1
    assert values["unknown_signers"] == [NAME]


def test_a_changed_line_of_a_witness_is_refused(line, record, neutral):
    text = (record / "checkpoint").read_text()
    lines = text.splitlines(keepends=True)
    at = next(i for i, each in enumerate(lines) if NAME in each)
    middle = len(lines[at]) // 2
    flipped = "A" if lines[at][middle] != "A" else "B"
    lines[at] = lines[at][:middle] + flipped + lines[at][middle + 1 :]
    (record / "checkpoint").write_text("".join(lines))
    assert line.refused("verify", record).code in {"keys.ed25519.signature", "keys.mldsa.signature"}


def test_a_wrong_line_on_our_own_record_is_not_exported(line, neutral, tmp_path):
    wrong = replace(neutral, ed25519=CosignSigner(NAME, ed25519.generate()))
    object.__setattr__(wrong.ed25519, "vkey", neutral.ed25519.vkey)
    keep(line.us, wrong)
    error = line.refused("export", "record", "--party", "us", "--to", tmp_path / "out")
    assert error.code == "node.export.signature"
    assert not (tmp_path / "out").exists()


def test_two_keys_of_one_witness_stand_beside_one_another(line, neutral, tmp_path):
    """It replaced its key, and signed the same head under both."""
    keep(line.us, neutral)
    keep(line.us, Neutral(CosignSigner("w2", ed25519.generate()), MlDsaSigner("w2", mldsa.generate())))
    line.run("export", "record", "--party", "us", "--to", tmp_path / "out")
    assert len(list((tmp_path / "out" / "witnesses").rglob("*.vkey"))) == 4
    assert len(line.json("verify", tmp_path / "out")["witnessed"]) == 4


def _with_witness(line, neutral, **changes):
    row = {"name": "neutral", "url": "http://127.0.0.1:1", "key": neutral.ed25519.vkey.text()} | changes
    text = "".join(f'{name} = "{value}"\n' for name, value in row.items())
    with (line.us / "node.toml").open("a") as file:
        file.write(f"\n[[witnesses]]\n{text}")


def test_status_says_when_a_witness_was_last_heard(line, neutral):
    assert line.json("status")["witnesses"] == []
    _with_witness(line, neutral)
    assert "Witness NEUTRAL: NO WORD FROM IT YET." in line.run("status")
    assert line.json("status")["witnesses"][0]["unseen"]
    size = keep(line.us, neutral)
    (values,) = line.json("status")["witnesses"]
    assert (values["name"], values["asked"], values["unseen"]) == ("neutral", True, False)
    assert values["sizes"] == {"US": size}
    (said,) = [each for each in line.run("status") if each.startswith("Witness")]
    assert said.startswith("Witness NEUTRAL: last word ")
    assert said.endswith(f"; it has co-signed US to {size}.")
    assert sum(each.startswith("record ") for each in line.run("status")) == 1


def test_status_of_a_node_with_a_witness_that_cannot_be_asked_names_the_fault(line, neutral):
    _with_witness(line, neutral, every="1s")
    assert line.refused("status").code == "node.witnesses.bad_value"


def test_the_console_verifies_with_the_witness_too(line, neutral):
    keep(line.us, neutral)
    ours, theirs = verify_records(NodeFolder.open(line.us), lambda *_: None)
    assert [(each.name, each.time_ms) for each in ours.witnesses] == [(NAME, TIME_S * 1_000)] * 2
    assert "witnessed" in ours.proved
    assert "unwitnessed-branch" in ours.not_proved
    assert "branch" not in ours.not_proved
    assert ("witnessed" in theirs.proved, "branch" in theirs.not_proved) == (False, True)


def test_the_policy_names_who_was_agreed_and_one_who_has_not_signed_is_named(line, neutral, tmp_path):
    """The neutral of the agreement is absent: quorum of all is not met, and the folder says so."""
    agreed = (NeutralWitness(name="agreed", key=neutral.ed25519.vkey.text()),)
    opened = NodeFolder.open(line.us)
    for to in (tmp_path / "without", tmp_path / "with"):
        with Reader(opened.record_path, running=False) as reader:
            size = export_record(reader, opened.parties, 0, to, witnesses=agreed)
        write_record_leaflet(opened, "us", size, to)
        keep(line.us, neutral)
    for to in (tmp_path / "without", tmp_path / "with"):
        policy = parse_policy((to / "policy").read_bytes())
        assert [each.name for each in policy.witnesses] == ["ru", "agreed"]
        assert [each.threshold for each in policy.groups] == [2]
        assert line.json("verify", to)["policy"] is None, "of its own accord it is judged by policy-degraded"
        assert line.json("verify", to, "--policy", to / "policy-degraded")["policy"]["met"]
    without, held = tmp_path / "without", tmp_path / "with"
    assert "not signed by AGREED" in " ".join((without / "README.txt").read_text().split())
    assert "not signed by" not in (held / "README.txt").read_text()
    error = line.refused("verify", without, "--policy", without / "policy")
    assert (error.code, "not there: agreed" in error.message) == ("record.policy.unmet", True)
    assert line.json("verify", held, "--policy", held / "policy")["policy"]["counted"] == ["ru", "agreed"]


def test_a_witness_that_nobody_agreed_on_is_in_no_policy(line, record):
    for file in ("policy", "policy-degraded"):
        assert [each.name for each in parse_policy((record / file).read_bytes()).witnesses] == ["ru"]
