"""What Ed25519 has signed is signed once more with ML-DSA-44, in nobody's way (protocol A15); on a virtual clock."""

from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import select
from tests.scenario.stage import open_line

from coupefeu.keys.notes import MlDsaSigner
from coupefeu.node import post_quantum
from coupefeu.node.events import ReceiptTaken, Trouble
from coupefeu.node.ml_dsa_schedule import AT_LEAST_EVERY_MS, FIRST_WAIT_MS, LONGEST_WAIT_MS, QUIET_MS
from coupefeu.services.every import SERVICES
from coupefeu.store import tables
from coupefeu.store.jobs import ReadMlDsa
from coupefeu.store.keeper import Keeper
from coupefeu.store.reader import Reader
from coupefeu.testing.author import Author
from coupefeu.testing.clock import VirtualClock
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.line import make_agreement, make_line, private_key, without_ml_dsa
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.packet import MlDsaCheckpoint, MlDsaCosignature

US, RU = 0, 1


def signed_again(node):
    """By log: the sizes that the author signed again here, and those that each holder did."""
    with Reader(node.path, running=True) as reader:
        rows = reader.connection.query(
            "SELECT log, size FROM ml_dsa_checkpoints ORDER BY log, size"
        ).fetchall()
        held = reader.connection.query(
            "SELECT log, holder, size FROM ml_dsa_cosignatures ORDER BY log, size"
        ).fetchall()
    return [tuple(row) for row in rows], [tuple(row) for row in held]


def troubles(nodes):
    return [change.code for node in nodes.nodes for change in node.changes if isinstance(change, Trouble)]


def rows_of(node, table):
    with Reader(node.path, running=True) as reader:
        return [dict(row) for row in reader.connection.execute(select(table))]


@pytest.fixture
def count_signatures(monkeypatch):
    """How many checkpoints were signed with ML-DSA-44, by either side."""
    made = []
    sign = post_quantum.sign_ml_dsa

    def counted(signer, checkpoint, time_s):
        made.append((signer.name, checkpoint.size))
        return sign(signer, checkpoint, time_s)

    monkeypatch.setattr(post_quantum, "sign_ml_dsa", counted)
    return made


def test_a_line_that_lies_quiet_for_two_seconds_is_signed_again_by_both(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("one")
    nodes.us.say("two")
    nodes.ru.say("three")
    nodes.run(seconds=QUIET_MS / 1_000 - 0.5)
    assert signed_again(nodes.us) == ([], [])
    nodes.run(seconds=1.5)
    expected = [(US, 2), (RU, 1)], [(US, RU, 2), (RU, US, 1)]
    assert signed_again(nodes.us) == expected
    assert signed_again(nodes.ru) == expected
    assert not troubles(nodes)


def test_under_load_the_record_is_signed_again_once_a_minute(tmp_path, count_signatures):
    nodes = open_line(tmp_path)
    for _ in range(2 * AT_LEAST_EVERY_MS // 1_000 + 10):
        nodes.us.say("no pause of two seconds")
        nodes.run(seconds=1)
    sizes = [size for log, size in signed_again(nodes.us)[0] if log == US]
    assert len(sizes) == 2
    assert len(count_signatures) == 4, "ours and their answer, each once"
    assert not troubles(nodes)


def test_a_time_is_signed_only_by_who_holds_no_larger_tree(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("first")
    nodes.run(seconds=5)
    quiet = rows_of(nodes.us, tables.ml_dsa_cosignatures) + rows_of(nodes.us, tables.ml_dsa_checkpoints)
    assert all(row["time_s"] == nodes.us.clock().utc_ms // 1_000 - 3 for row in quiet)
    held = []

    def later(task, done):
        held.append(lambda: post_quantum.work_at_once(task, done))

    nodes.us.engine.post_quantum._work = later
    nodes.us.say("second")
    nodes.run(seconds=3)
    nodes.us.say("third, before the other side has seen that the second was signed again")
    nodes.run(seconds=0.5)
    nodes.us.engine.post_quantum._work = post_quantum.work_at_once
    held.pop()()
    nodes.run(seconds=0.5)
    by_holder = {row["size"]: row["time_s"] for row in rows_of(nodes.us, tables.ml_dsa_cosignatures)}
    assert by_holder[2] == 0
    assert {row["size"]: row["time_s"] > 0 for row in rows_of(nodes.us, tables.ml_dsa_checkpoints)}[2]


def test_nothing_is_signed_again_when_nothing_is_new(tmp_path, count_signatures):
    nodes = open_line(tmp_path)
    nodes.us.say("one")
    nodes.run(seconds=5)
    assert len(count_signatures) == 2
    nodes.run(seconds=600)
    nodes.us.stop()
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=120)
    assert len(count_signatures) == 2


@pytest.mark.parametrize("lost", [MlDsaCheckpoint, MlDsaCosignature])
def test_what_was_lost_on_the_way_goes_again_and_is_not_signed_twice(tmp_path, count_signatures, lost):
    nodes = open_line(tmp_path)
    sender = (nodes.us if lost is MlDsaCheckpoint else nodes.ru).engine.peers
    (peer,) = sender.values()
    real, dropped = peer.link.sign_again, []
    peer.link.sign_again = dropped.append
    nodes.us.say("one")
    nodes.run(seconds=(QUIET_MS + FIRST_WAIT_MS) / 1_000 + 1)
    assert len(dropped) == 2
    assert dropped[0] == dropped[1]
    peer.link.sign_again = real
    nodes.run(seconds=2 * FIRST_WAIT_MS / 1_000 + 1)
    assert signed_again(nodes.us)[1] == [(US, RU, 1)]
    assert len(count_signatures) == 2


def test_a_side_that_never_answers_is_asked_at_longer_and_longer_intervals(tmp_path):
    nodes = open_line(tmp_path)
    (peer,) = nodes.ru.engine.peers.values()
    asked = []
    peer.link.sign_again = lambda item: asked.append(nodes.clock.mono_ms)
    nodes.us.say("one")
    nodes.run(seconds=600)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert gaps[:4] == [5_000, 10_000, 20_000, 40_000]
    assert set(gaps[4:]) == {LONGEST_WAIT_MS}


def test_after_an_outage_it_goes_at_once(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("one")
    nodes.run(seconds=1)
    nodes.disconnect()
    nodes.run(seconds=300)
    assert signed_again(nodes.us) == ([], [])
    nodes.connect()
    nodes.run(seconds=3)
    assert signed_again(nodes.us)[1] == [(US, RU, 1)]


def test_what_was_sent_in_vain_goes_again_at_once_when_the_line_is_up(tmp_path):
    nodes = open_line(tmp_path)
    (peer,) = nodes.us.engine.peers.values()
    real = peer.link.sign_again
    peer.link.sign_again = lambda item: None
    nodes.us.say("one")
    nodes.run(seconds=130)
    peer.link.sign_again = real
    nodes.disconnect()
    nodes.connect()
    nodes.run(seconds=3)
    assert signed_again(nodes.us)[1] == [(US, RU, 1)]


@pytest.mark.parametrize("position", [US, RU])
def test_where_a_key_is_not_known_whole_nothing_is_signed_and_nobody_is_troubled(
    tmp_path, count_signatures, position
):
    nodes = open_line(tmp_path)
    for node in nodes.nodes:
        keyless = replace(node.keeper.line.parties[position], log_ml_dsa_key=None, cosigner_ml_dsa_key=None)
        parties = tuple(keyless if each.name == keyless.name else each for each in node.keeper.line.parties)
        node.keeper.line = replace(node.keeper.line, parties=parties)
    nodes.us.say("one")
    nodes.ru.say("two")
    nodes.run(seconds=200)
    assert not count_signatures
    assert not troubles(nodes)


def test_a_checkpoint_that_was_not_co_signed_for_want_of_a_body_is_not_signed_again(tmp_path):
    agreement = make_agreement()
    keeper = Keeper(tmp_path / "us.db", make_line(agreement, "us"), SERVICES, agreement)
    author = Author(agreement, "ru")
    for text in ("whole", "withheld"):
        author.say(text)
    jobs = [author.checkpoint(0, 1), author.checkpoint(1, 2, leaf_only={1})]
    asked = [ReadMlDsa(log=RU, size=size, holder=US, peer=RU) for size in (1, 2)]
    *_, whole, withheld = keeper.execute([*jobs, *asked], VirtualClock().now())
    keeper.close()
    assert whole.checkpoint.size == 1
    assert withheld.checkpoint is None


@pytest.mark.parametrize("cut", ["ours kept", "theirs kept"])
def test_a_node_killed_between_the_commit_and_the_sending_sends_the_same(tmp_path, count_signatures, cut):
    nodes = open_line(tmp_path)
    node = nodes.us if cut == "ours kept" else nodes.ru
    (peer,) = node.engine.peers.values()
    sent = []
    peer.link.sign_again = sent.append
    nodes.us.say("one")
    nodes.run(seconds=3)
    assert len(sent) == 1
    node.stop()
    node.start()
    nodes.connect()
    nodes.run(seconds=10)
    assert signed_again(nodes.us)[1] == [(US, RU, 1)]
    assert len(count_signatures) == 2
    table = tables.ml_dsa_checkpoints if cut == "ours kept" else tables.ml_dsa_cosignatures
    assert [row["signature"] for row in rows_of(nodes.us, table)] == [sent[0].signature]


def test_a_line_paired_without_post_quantum_keys_is_classical_only_and_works(tmp_path, count_signatures):
    nodes = open_line(tmp_path, agreement=without_ml_dsa(make_agreement()))
    nodes.us.say("one")
    nodes.run(seconds=200)
    assert nodes.ru.texts() == ["one"]
    assert signed_again(nodes.us) == signed_again(nodes.ru) == ([], [])
    assert not count_signatures
    assert not troubles(nodes)


def test_signing_that_never_ends_holds_up_no_entry_and_no_receipt(tmp_path):
    nodes = open_line(tmp_path)
    for node in nodes.nodes:
        node.engine.post_quantum._work = lambda task, done: None
    nodes.us.say("one")
    nodes.run(seconds=5)
    before = nodes.clock.mono_ms
    number = nodes.us.say("two")
    nodes.run(seconds=0.5)
    receipts = [each for each in nodes.us.changes if isinstance(each, ReceiptTaken) and each.end > number[1]]
    assert receipts
    assert nodes.clock.mono_ms - before == 500
    nodes.run(seconds=120)
    assert signed_again(nodes.us) == ([], [])


def test_before_a_communique_it_is_signed_at_once(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("one")
    nodes.run(seconds=0.5)
    done = []
    nodes.us.engine.sign_post_quantum(done.append)
    nodes.run(seconds=0.5)
    assert done == [{RU: 1}]
    assert signed_again(nodes.ru)[1] == [(US, RU, 1)]
    nodes.us.engine.sign_post_quantum(done.append)
    assert done == [{RU: 1}] * 2, "nothing is classical only: nobody is asked"
    nodes.disconnect()
    nodes.us.say("two")
    nodes.us.engine.sign_post_quantum(done.append)
    assert len(done) == 3, "who is away is not waited for"


# --- a hostile other side ---------------------------------------------------------------------------------


def checkpoint_of(node, log, size):
    with Reader(node.path, running=True) as reader:
        (row,) = reader.connection.query(
            "SELECT root FROM checkpoints WHERE log = ? AND size = ?", (log, size)
        ).fetchall()
    return Checkpoint(make_agreement().origin(("us", "ru")[log]), size, row[0])


def silent(nodes):
    """RU signs nothing again by itself; what it sends is the test's."""
    nodes.ru.engine.post_quantum.sign_with(None)
    (peer,) = nodes.ru.engine.peers.values()
    return peer.link


def send(nodes, link, item):
    link.sign_again(item)
    nodes.run(seconds=1.5)


def forgeries(signer, checkpoint):
    """Each way in which a line can be another one than it says."""
    time_s = 1_790_000_000
    good = signer.cosign_raw(checkpoint, time_s)
    stranger = MlDsaSigner(signer.name, private_key("fr", "log-mldsa"))
    renamed = MlDsaSigner("elsewhere/us/1", private_key("ru", "log-mldsa"))
    yield "of another key", stranger.cosign_raw(checkpoint, time_s), time_s
    yield "under another name", renamed.cosign_raw(checkpoint, time_s), time_s
    yield "of another size", signer.cosign_raw(replace(checkpoint, size=checkpoint.size + 1), time_s), time_s
    yield "of another log", signer.cosign_raw(replace(checkpoint, origin="other/ru/1"), time_s), time_s
    yield "of another root", signer.cosign_raw(replace(checkpoint, root=bytes(32)), time_s), time_s
    yield "of another time", good, time_s + 1
    yield "changed in a bit", good[:-1] + bytes((good[-1] ^ 1,)), time_s
    yield "emptied at its end", good[:2_000] + bytes(420), time_s


def test_a_false_line_of_the_author_is_refused_and_answered_by_nothing(tmp_path, count_signatures):
    nodes = open_line(tmp_path)
    link = silent(nodes)
    nodes.ru.say("ours to co-sign")
    nodes.run(seconds=1)
    checkpoint = checkpoint_of(nodes.us, RU, 1)
    signer = MlDsaSigner(checkpoint.origin, private_key("ru", "log-mldsa"))
    for name, signature, time_s in forgeries(signer, checkpoint):
        before = len(troubles(nodes))
        send(nodes, link, MlDsaCheckpoint(RU, 1, time_s, signature))
        assert troubles(nodes)[before:] == ["keys.mldsa.signature"], name
        assert signed_again(nodes.us) == ([], []), name
    assert not count_signatures
    send(nodes, link, MlDsaCheckpoint(RU, 1, 0, signer.cosign_raw(checkpoint, 0)))
    assert signed_again(nodes.us) == ([(RU, 1)], [(RU, US, 1)])


def test_a_false_answer_is_refused_and_the_entry_stays_classical_only(tmp_path):
    nodes = open_line(tmp_path)
    link = silent(nodes)
    nodes.us.say("one")
    nodes.run(seconds=3)
    checkpoint = checkpoint_of(nodes.us, US, 1)
    signer = MlDsaSigner(make_agreement().cosigner_name("ru"), private_key("ru", "cosigner-mldsa"))
    for name, signature, time_s in forgeries(signer, checkpoint):
        before = len(troubles(nodes))
        send(nodes, link, MlDsaCosignature(US, 1, time_s, signature))
        assert troubles(nodes)[before:] == ["keys.mldsa.signature"], name
        assert signed_again(nodes.us)[1] == [], name
    send(nodes, link, MlDsaCosignature(US, 1, 0, signer.cosign_raw(checkpoint, 0)))
    assert signed_again(nodes.us)[1] == [(US, RU, 1)]


@pytest.mark.parametrize(
    ("log", "size"), [(RU, 2), (RU, 0), (RU, 1 << 62), (US, 1), (7, 1), (1 << 40, 1), (RU + 2, 1)]
)
def test_what_we_never_co_signed_is_never_signed_again(tmp_path, count_signatures, log, size):
    nodes = open_line(tmp_path)
    link = silent(nodes)
    nodes.ru.say("one")
    nodes.run(seconds=1)
    signer = MlDsaSigner(make_agreement().origin("ru"), private_key("ru", "log-mldsa"))
    claimed = Checkpoint(signer.name, size, bytes(32))
    send(nodes, link, MlDsaCheckpoint(log, size, 0, signer.cosign_raw(claimed, 0)))
    send(nodes, link, MlDsaCosignature(log, size, 0, bytes(2_420)))
    assert signed_again(nodes.us) == ([], [])
    assert not count_signatures
    nodes.us.say("the line goes on")
    nodes.run(seconds=1)
    assert nodes.ru.texts() == ["the line goes on"]


def test_a_smaller_size_is_not_signed_again_after_a_larger_one(tmp_path):
    nodes = open_line(tmp_path)
    link = silent(nodes)
    for text in ("one", "two"):
        nodes.ru.say(text)
        nodes.run(seconds=1)
    signer = MlDsaSigner(make_agreement().origin("ru"), private_key("ru", "log-mldsa"))
    for size in (2, 1):
        signature = signer.cosign_raw(checkpoint_of(nodes.us, RU, size), 0)
        send(nodes, link, MlDsaCheckpoint(RU, size, 0, signature))
    assert signed_again(nodes.us)[1] == [(RU, US, 2)]


def test_a_flood_of_lines_is_metered_and_costs_a_few_verifications(tmp_path, monkeypatch):
    nodes = open_line(tmp_path)
    link = silent(nodes)
    nodes.ru.say("one")
    nodes.run(seconds=1)
    looked = []
    verify = post_quantum.verify_ml_dsa_raw
    monkeypatch.setattr(
        post_quantum, "verify_ml_dsa_raw", lambda *given: (looked.append(given), verify(*given))
    )
    for number in range(2_000):
        link.sign_again(MlDsaCheckpoint(RU, 1, number, bytes(2_420)))
        link.flush(nodes.ru.clock())
        if number % 200 == 0:
            nodes.run(seconds=0.1)
    nodes.run(seconds=1)
    assert "link.flood.ml-dsa" in troubles(nodes)
    assert 0 < len(looked) <= 10
    nodes.us.say("heard all the same")
    nodes.run(seconds=1)
    assert nodes.ru.texts() == ["heard all the same"]
    assert signed_again(nodes.us) == ([], [])


def test_two_nodes_agree_on_every_byte_of_it(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    for text in ("a", "b"):
        nodes.us.say(text)
        nodes.run(seconds=4)
    for table in (tables.ml_dsa_checkpoints, tables.ml_dsa_cosignatures):
        ours, theirs = (
            [
                {key: value for key, value in row.items() if key != "arrived_ms"}
                for row in rows_of(node, table)
            ]
            for node in nodes.nodes
        )
        assert ours == theirs
        assert ours
