"""Two nodes and a neutral witness on a virtual clock: who saw what by when, and what is told when they disagree.

The Black Sea, 14 March 2023: each side published its own film of one collision, and nobody neutral had seen either's
record before it was published. Here a third party has co-signed both records every minute, and knows nothing of them.
"""

from itertools import pairwise

import pytest
from tests.scenario.stage import open_line

from coupefeu.keys.notes import LogSigner, verify_signature
from coupefeu.node.events import Trouble
from coupefeu.node.exchange import Reply
from coupefeu.node.witnessing import MAX_BACK_OFF
from coupefeu.record.tree import verify_consistency
from coupefeu.store.reader import Reader
from coupefeu.testing.line import private_key
from coupefeu.testing.witness import MemoryWitness
from coupefeu.testing.witness_contract import ContractLog
from coupefeu.wire.witness import format_size, origin_hash, parse_submission


@pytest.fixture
def line(tmp_path):
    return opened(tmp_path)


def opened(folder):
    """A line on which each side has one entry, which both hold."""
    line = open_line(folder)
    line.us.say("opened")
    line.ru.say("opened")
    line.run(seconds=3)
    return line


@pytest.fixture
def witness(tmp_path, line):
    return MemoryWitness(tmp_path, line)


def last_words(node):
    with Reader(node.path, running=True) as reader:
        return {(each.witness, each.log): each for each in reader.last_words()}


def troubles(node):
    return [each for each in node.changes if isinstance(each, Trouble)]


def codes(node):
    return [each.code for each in troubles(node)]


def checkpoints(witness):
    return [(at_ms, parse_submission(body).checkpoint) for at_ms, body in witness.requests]


def test_both_records_are_witnessed_every_minute_and_both_sides_hold_the_proof(line, witness):
    asking = [witness.asked_by(node) for node in line.nodes]
    line.us.say("Collision at 42.1 N 31.2 E. We are recording.")
    witness.run(asking, seconds=61)
    line.ru.say("We are recording too.")
    witness.run(asking, seconds=60)
    for node in line.nodes:
        words = last_words(node)
        assert {(name, log): word.size for (name, log), word in words.items()} == {
            ("neutral", 0): 2,
            ("neutral", 1): 2,
        }
    assert not troubles(line.us)
    assert not troubles(line.ru)
    for party in line.us.keeper.line.parties:
        note = witness.witness.latest(origin_hash(party.origin))
        assert note is not None


def test_the_witness_learns_origins_sizes_and_roots_and_nothing_else(line, witness):
    asking = [witness.asked_by(node) for node in line.nodes]
    line.us.say("A text that nobody but the two sides may read")
    witness.run(asking, seconds=130)
    seen = b"".join(body for _, body in witness.requests)
    assert b"text" not in seen
    for _, body in witness.requests:
        submission = parse_submission(body)
        assert submission.note.text == submission.checkpoint.text(), "no extension line"


def test_the_times_of_requests_say_nothing_of_what_is_said(tmp_path):
    """Silence, a rush and a line that is down look alike: the same times; what differs is the size."""
    times = []
    for rush in (0, 40):
        folder = tmp_path / f"{rush}"
        folder.mkdir()
        line = opened(folder)
        witness = MemoryWitness(folder, line)
        asking = [witness.asked_by(line.us)]
        for number in range(rush):
            line.us.say(f"{number}")
            witness.run(asking, seconds=7)
        if rush:
            line.disconnect()
        witness.run(asking, seconds=600 - 7 * rush)
        ours = line.us.keeper.line.us.origin
        times.append([at_ms for at_ms, head in checkpoints(witness) if head.origin == ours])
    assert set(times[0]) == set(times[1])
    assert {later - sooner for sooner, later in pairwise(times[0][1:])} == {60_000}


def test_what_is_said_while_the_line_is_down_is_witnessed_within_a_minute(line, witness):
    asking = [witness.asked_by(line.us)]
    witness.run(asking, seconds=1)
    line.disconnect()
    line._redial_ms = None
    line.us.say("They do not answer. This was said, whatever they say later.")
    witness.run(asking, seconds=60)
    assert last_words(line.us)["neutral", 0].size == 2


def test_of_one_head_the_first_and_the_newest_word_are_kept(line, witness):
    asking = [witness.asked_by(line.us)]
    witness.run(asking, seconds=600)
    with Reader(line.us.path, running=True) as reader:
        rows = reader.connection.query(
            "SELECT log, size, time_s FROM witnessed WHERE key_id = ? ORDER BY log, time_s",
            (witness.keys.ed25519.vkey.key_id,),
        ).fetchall()
    assert [(log, size) for log, size, _ in rows] == [(0, 1), (0, 1), (1, 1), (1, 1)]
    assert rows[1][2] - rows[0][2] >= 540
    assert last_words(line.us)["neutral", 0].time_s == rows[1][2]


def test_a_counterpart_that_shows_the_witness_another_log_is_found_out(line, witness):
    """RU signs for the witness a log of the same size that it does not show us."""
    line.ru.say("what we are shown")
    line.run(seconds=2)
    origin = line.ru.keeper.line.us.origin
    other = ContractLog(origin, "what the witness is shown")
    text = other.checkpoint(2).text()
    forger = LogSigner(origin, private_key("ru", "log"))
    body = other.request(0, 2).partition(b"\n\n")[0] + f"\n\n{text}\n".encode()
    body += _line(forger.sign(text))
    checked = witness.witness.check(body)
    assert witness.witness.settle([checked])[0].status == 200
    witness.run([witness.asked_by(line.us)], seconds=1)
    (told,) = troubles(line.us)
    assert (told.party, told.code) == (1, "node.witnessing.fork")
    assert witness.heads.read_forks(), "and the witness keeps the proof"


def _line(signature):
    from coupefeu.wire.note import signature_line

    return signature_line(signature).encode()


def test_a_record_that_is_older_than_what_was_witnessed_is_told(line, witness, tmp_path):
    """Our own log is larger at the witness than here: a copy was put back."""
    witness.run([witness.asked_by(line.us)], seconds=1)
    copy = tmp_path / "copy.db"
    copy.write_bytes(line.us.path.read_bytes())
    source = line.us.keeper.connection
    source.query("VACUUM INTO ?", (str(tmp_path / "old.db"),))
    line.us.say("said after the copy was made")
    witness.run([witness.asked_by(line.us)], seconds=1)
    line.us.stop()
    for each in tmp_path.glob("us.db*"):
        each.unlink()
    (tmp_path / "old.db").rename(line.us.path)
    line.us.start()
    line.us.changes.clear()
    witness.run([witness.asked_by(line.us)], seconds=1)
    assert "node.witnessing.ahead" in codes(line.us)


def test_a_larger_log_of_theirs_is_no_trouble(line, witness):
    """Their node has told the witness of entries that have not reached us yet."""
    line.disconnect()
    line._redial_ms = None
    line.ru.say("under way")
    witness.run([witness.asked_by(line.ru)], seconds=1)
    asking = [witness.asked_by(line.us)]
    witness.run(asking, seconds=61)
    assert not troubles(line.us)
    assert ("neutral", 1) not in last_words(line.us)
    line.connect()
    witness.run(asking, seconds=60)
    assert last_words(line.us)["neutral", 1].size == 2


def test_a_witness_that_is_down_is_asked_less_and_less_and_told_after_a_quarter_of_an_hour(line, witness):
    asking = witness.asked_by(line.us)
    witness.is_down = True
    times = [asking.next_ms]
    for _ in range(7):
        witness.run([asking], seconds=(asking.next_ms - line.clock.mono_ms) / 1_000 + 0.001)
        times.append(asking.next_ms)
    gaps = [(later - sooner) // 60_000 for sooner, later in pairwise(times)]
    assert gaps == [1, 2, 4, 8, MAX_BACK_OFF, MAX_BACK_OFF, MAX_BACK_OFF]
    assert codes(line.us) == ["node.witnessing.unseen"], "once an hour at most"
    assert troubles(line.us)[0].party is None
    witness.is_down = False
    line.us.changes.clear()
    witness.run([asking], seconds=(asking.next_ms - line.clock.mono_ms) / 1_000 + 0.001)
    assert asking.next_ms - line.clock.mono_ms < 60_000
    assert not troubles(line.us)
    assert last_words(line.us)["neutral", 0].size == 1


def test_a_slow_answer_moves_no_later_request(line, witness):
    asking = witness.asked_by(line.us)
    first = asking.next_ms

    async def slow(url, body):
        line.clock.advance(77_001)
        return await witness.exchange(url, body)

    asking._exchange = slow
    witness.run([asking], seconds=1)
    assert (asking.next_ms - first) % 60_000 == 0
    assert asking.next_ms > line.clock.mono_ms


def test_a_lost_size_is_learnt_by_asking(line, witness):
    """A node that was started anew knows nothing of the witness, and another asker may have been faster."""
    witness.run([witness.asked_by(line.us)], seconds=1)
    line.us.say("more")
    line.run(seconds=1)
    witness.requests.clear()
    witness.run([witness.asked_by(line.us)], seconds=1)
    assert [parse_submission(body).old_size for _, body in witness.requests] == [0, 1, 0, 1]
    submission = parse_submission(witness.requests[1][1])
    head = submission.checkpoint
    with Reader(line.us.path, running=True) as reader:
        ((root,),) = reader.connection.query("SELECT root FROM checkpoints WHERE log = 0 AND size = 1")
    verify_consistency(1, root, head.size, head.root, submission.path)


def reply(status, body=b"", content_type="text/plain"):
    return Reply(status=status, content_type=content_type, body=body)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([reply(200, b"")], "wire.witness.form"),
        ([reply(200, b"\xff\n")], "wire.witness.not-utf8"),
        ([reply(200, b"x" * 70_000)], "wire.witness.too-long"),
        ([reply(200, "— neutral/1 AAAAAAA=\n".encode())], "record.witnessed.no_line"),
        ([reply(302)], "node.witnessing.status"),
        ([reply(204)], "node.witnessing.status"),
        ([reply(400)], "node.witnessing.status"),
        ([reply(403)], "node.witnessing.untrusted"),
        ([reply(404)], "node.witnessing.unknown_log"),
        ([reply(409)], "node.witnessing.fork"),
        ([reply(422)], "node.witnessing.fork"),
        ([reply(409, b"no size\n", "text/x.tlog.size")], "wire.decimal.malformed"),
        ([reply(409, format_size(0), "text/x.tlog.size")], "node.witnessing.size"),
        ([reply(409, format_size(9), "text/x.tlog.size")], "node.witnessing.ahead"),
        ([reply(409, format_size(n), "text/x.tlog.size") for n in (1, 2, 3)], "node.witnessing.busy"),
    ],
)
def test_what_a_hostile_witness_answers_is_told_and_changes_nothing(line, witness, answers, code):
    line.us.say("two")
    line.us.say("three")
    asking = witness.asked_by(line.us)
    left = []

    async def hostile(_url, _body):
        left[:] = left or list(answers) * 2
        return left.pop(0)

    asking._exchange = hostile
    witness.run([asking], seconds=1)
    assert code in codes(line.us)
    assert not last_words(line.us)
    witness.run([asking], seconds=600)
    told = [(each.party, each.code) for each in troubles(line.us)]
    assert len(set(told)) == len(told), "and not again within the hour"


def test_a_witness_that_names_ever_other_sizes_is_asked_thrice(line, witness):
    line.us.say("two")
    asking = witness.asked_by(line.us)
    asked = []

    async def moving(_url, body):
        asked.append(parse_submission(body).checkpoint.origin)
        return reply(409, format_size(1 + len(asked) % 2), "text/x.tlog.size")

    asking._exchange = moving
    witness.run([asking], seconds=1)
    assert asked
    assert max(map(asked.count, asked)) <= 3


@pytest.mark.parametrize("forge", ["another-key", "another-head", "no-time"])
def test_a_forged_line_is_refused(line, witness, forge):
    asking = witness.asked_by(line.us)
    signer = witness.keys.ed25519

    async def forged(_url, body):
        text = parse_submission(body).note.text
        if forge == "another-head":
            signature = signer.cosign(text.replace("\n1\n", "\n2\n"), 1_700_000_000)
        elif forge == "no-time":
            signature = signer.cosign(text, 0)
        else:
            stranger = type(signer)(signer.name, bytes(range(32)))
            signature = stranger.cosign(text, 1_700_000_000)
            signature = type(signature)(signature.name, signer.vkey.key_id, signature.blob)
        return reply(200, _line(signature))

    asking._exchange = forged
    witness.run([asking], seconds=1)
    assert codes(line.us)
    assert not last_words(line.us)


def test_a_head_that_is_signed_with_ml_dsa_is_witnessed_with_it(line, witness):
    """Once the line has been quiet, both sides have signed once more; the witness then does so too."""
    asking = [witness.asked_by(node) for node in line.nodes]
    witness.run(asking, seconds=121)
    for node in line.nodes:
        with Reader(node.path, running=True) as reader:
            for log in (0, 1):
                assert {each.key.algorithm for each in reader.witnessed(log, 1)} == {4, 6}


def test_a_line_of_the_right_key_is_what_is_kept(line, witness):
    witness.run([witness.asked_by(line.us)], seconds=1)
    with Reader(line.us.path, running=True) as reader:
        kept = next(each for each in reader.witnessed(0, 1) if each.key.algorithm == 4)
        signed = reader.newest_checkpoint(0)
    assert kept.key == witness.keys.ed25519.vkey
    from coupefeu.wire.checkpoint import Checkpoint
    from coupefeu.wire.cosignature import pack
    from coupefeu.wire.note import NoteSignature

    text = Checkpoint(line.us.keeper.line.us.origin, 1, signed["root"]).text()
    blob = pack(kept.time_s, kept.signature)
    verify_signature(kept.key, text, NoteSignature(kept.key.name, kept.key.key_id, blob))
