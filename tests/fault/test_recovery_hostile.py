"""A counterpart that lies to a node which came back from a backup: refused in words, bounded, and nothing is signed.

It may forge entries, claim sizes, hold entries back, send without end, or show a fork that our own key signed.
Source: protocol A13; issue "A record that nobody can deny", bad input.
"""

from dataclasses import replace

import pytest
from sqlalchemy import literal, select
from tests.scenario.stage import open_line, troubles
from tests.scenario.test_restored import (
    GONE,
    cosigned,
    entries_of,
    is_recovering,
    lose_and_restore,
    signatures_of,
)
from tests.scenario.test_three_parties import agreement_of_three

from coupefeu.keys.notes import LogSigner
from coupefeu.link import events
from coupefeu.model.instant import Moment
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.record.leaf import leaf_hash, make_leaf
from coupefeu.record.statements import sign_checkpoint, sign_run
from coupefeu.record.tree import root_of
from coupefeu.services.every import SERVICES
from coupefeu.store import reconciling, recovering
from coupefeu.store.keeper import Keeper
from coupefeu.store.recovery_jobs import TellLog, ToldLog
from coupefeu.testing.line import make_line, private_key
from coupefeu.wire.log_answer import (
    MAX_ANSWER_BYTES,
    LogAsk,
    LogPiece,
    SignedSize,
    decode_log_answer,
    encode_log_answer,
)
from coupefeu.wire.packet import CheckpointSignature, LeafOnly, RunSignature

RU = LogSigner("not ours", private_key("ru", "log"))


def lie(monkeypatch, change, *, about=0):
    """Let RU change every answer about a log; US's own answers are never asked for."""
    tell = recovering.tell_log

    def lying(transaction, job):
        told = tell(transaction, job)
        if job.log != about:
            return told
        changed = change(decode_log_answer(told.answer), transaction, job)
        return ToldLog(answer=changed if isinstance(changed, bytes) else encode_log_answer(changed))

    monkeypatch.setattr(recovering, "tell_log", lying)


def forge(answer, transaction, job):
    """Put other words into the first entry, under RU's own signature, or the one that US gave for the true one."""
    if answer.statement is None:
        return answer
    first = answer.entries[0]
    if isinstance(first, LeafOnly):
        return answer
    return replace(answer, entries=(replace(first, body=b"forged"), *answer.entries[1:]))


def sign_as_ru(answer, transaction, job):
    """Sign forged entries and a forged size with the key that RU has."""
    answer = forge(answer, transaction, job)
    if isinstance(answer.statement, CheckpointSignature):
        signature = sign_checkpoint(RU, answer.statement.size, bytes(32))
        answer = replace(answer, statement=CheckpointSignature(answer.statement.size, signature))
    return replace(answer, signed=replace(answer.signed, signature=sign_checkpoint(RU, 9, bytes(32))))


def unsigned_size(answer, transaction, job):
    """Claim a million entries, and give none."""
    claim = SignedSize(size=1_000_000, root=bytes(32), signature=bytes(64))
    return replace(answer, signed=claim, statement=None, entries=(), receipts=())


def withhold(answer, transaction, job):
    """Show the true size, give nothing."""
    return replace(answer, statement=None, entries=(), receipts=(), cosigned=None)


def withhold_the_last(answer, transaction, job):
    """Give everything but what the last checkpoints brought."""
    if answer.statement is None or job.size >= answer.signed.size - 2:
        return withhold(answer, transaction, job)
    query = "SELECT size, signature FROM checkpoints WHERE log = 0 AND size > ? ORDER BY size LIMIT 1"
    ((size, signature),) = transaction.connection.query(query, (job.size,)).fetchall()
    statement = CheckpointSignature(size, signature)
    return replace(answer, statement=statement, entries=answer.entries[: size - job.size], receipts=())


def leave_one_out(answer, transaction, job):
    if len(answer.entries) < 2:
        return withhold(answer, transaction, job)
    return replace(answer, entries=answer.entries[1:])


def repeat(answer, transaction, job):
    """Give again and again what is here already."""
    if answer.statement is None or job.size < 2:
        return answer
    rows = transaction.leaf_hashes(0, job.size - 1, job.size)
    assert rows
    run = RunSignature(
        job.size - 1, job.size, sign_run(RU, job.size - 1, job.size, root_of([rows[job.size - 1]]))
    )
    return replace(
        answer, statement=run, entries=(replace(answer.entries[0], index=job.size - 1),), receipts=()
    )


def understate(answer, transaction, job):
    """Say that our log has the size that it had long ago, truly signed by us then: we would sign over the rest."""
    rows = transaction.connection.query(
        "SELECT size, root, signature FROM checkpoints WHERE log = 0 ORDER BY size LIMIT 1"
    ).fetchall()
    ((size, root, signature),) = rows
    signed = SignedSize(size=size, root=root, signature=signature)
    return replace(withhold(answer, transaction, job), signed=signed)


def say_nothing(answer, transaction, job):
    return replace(withhold(answer, transaction, job), signed=None)


def garbage(answer, transaction, job):
    return b"\x01\x00" + bytes(range(256)) * 100


def two_words(answer, transaction, job):
    return replace(answer, differs=True)


def short_heads(answer, transaction, job):
    """Refer to entries that nobody has, so that a hash is asked for that cannot be had."""
    if answer.statement is None:
        return answer
    short = b"\x00\x01\x00" + bytes(30)
    return replace(answer, entries=(replace(answer.entries[0], head=short), *answer.entries[1:]))


LIES = {
    "forged entries": (forge, "keys.ed25519.signature"),
    "forged and signed by itself": (sign_as_ru, "keys.ed25519.signature"),
    "a size that nobody signed": (unsigned_size, "store.taking_back.unsigned"),
    "a size that it never proves": (withhold, "store.taking_back.withheld"),
    "the last entries held back": (withhold_the_last, "store.taking_back.withheld"),
    "an entry left out": (leave_one_out, ""),
    "what is here already, for ever": (repeat, "keys.ed25519.signature"),
    "a size from long ago": (understate, "store.taking_back.understated"),
    "nothing at all": (say_nothing, "store.taking_back.understated"),
    "no answer of any form": (garbage, ""),
    "a difference wherever we look": (two_words, "node.recovery.two_words"),
    "heads that leave out what nobody has": (short_heads, ""),
}


@pytest.mark.parametrize("what", LIES)
def test_a_lie_is_refused_in_words_and_nothing_is_signed(tmp_path, monkeypatch, what):
    change, code = LIES[what]
    nodes, _ = lose_and_restore(tmp_path, connect=False)
    before = entries_of(nodes.us, 0)
    asked = []
    with monkeypatch.context() as patch:
        lie(patch, lambda *said: asked.append(said[2]) or change(*said))
        nodes.connect()
        nodes.run(seconds=40)
        assert is_recovering(nodes.us)
        recovery = nodes.us.engine.recovery.describe(("us", "ru"))
        assert recovery["stage"] == "refused", recovery
        assert recovery["said"]["ru"], "in words"
        told = set(troubles(nodes.us))
        assert told
        assert not code or code in told, told
        assert len(asked) < 60, "each time it waits longer"
        true = entries_of(nodes.ru, 0)
        assert entries_of(nodes.us, 0) == true[: len(entries_of(nodes.us, 0))], "nothing but our own came in"
        assert entries_of(nodes.us, 0)[: len(before)] == before
        assert nodes.us.saved is None
    nodes.run(seconds=70)
    assert not is_recovering(nodes.us), "told the truth, it goes on"


def test_pieces_nobody_asked_for_and_without_end_cost_nothing(tmp_path, monkeypatch):
    nodes, _ = lose_and_restore(tmp_path, connect=False)
    monkeypatch.setattr(nodes.ru.engine._telling, "answer", lambda *_: None)
    nodes.connect()
    nodes.run(seconds=2)
    (peer,) = nodes.us.engine.peers.values()
    recovery = nodes.us.engine.recovery
    asked = recovery._talks[1].asked
    for number in range(1_000):
        offset = number * 32_768 % MAX_ANSWER_BYTES
        recovery.take(peer, LogPiece(0, 77, offset, MAX_ANSWER_BYTES, b"8 bytes.", bytes(32_768)))
        recovery.take(
            peer, LogPiece(asked.log, asked.size, 32_768, MAX_ANSWER_BYTES, b"8 bytes.", bytes(32_768))
        )
        assert len(recovery._talks[1]._pieces) == 0
    assert recovery._talks[1].asked == asked, "the true answer is still awaited"
    assert is_recovering(nodes.us)


def test_an_answer_is_asked_for_at_the_agreed_rate_and_given_piece_by_piece(tmp_path):
    """A counterpart that asks in a flood is answered as the meter allows; one answer is made at a time."""
    nodes = open_line(tmp_path)
    nodes.us.say("one")
    nodes.run(seconds=2)
    (peer,) = nodes.us.engine.peers.values()
    jobs = []
    nodes.us.engine._telling._submit = lambda job, done: jobs.append(job)
    for _ in range(1_000):
        nodes.us.engine._handle(peer, events.LogAsked(LogAsk(1, 0, bytes(32), 0)), nodes.us.clock())
    assert len(jobs) == 1


def test_nobody_is_told_of_a_third_party_s_log(tmp_path):
    """On a line of three a log is told to its author and to whoever asks its author, and to no other."""
    agreement = agreement_of_three()
    keeper = Keeper(tmp_path / "us.db", make_line(agreement, "us"), SERVICES, agreement)
    now = Moment(utc_ms=1_700_000_000_000, mono_ms=0)
    for log, holder, is_told in ((2, 1, False), (1, 1, True), (0, 1, True), (5, 1, False), (-1, 1, False)):
        (outcome,) = keeper.execute([TellLog(log=log, size=0, root=bytes(32), holder=holder)], now)
        assert isinstance(outcome, ToldLog) is is_told
        assert is_told or outcome.code == "store.telling.wrong_log"
    keeper.close()


def test_words_of_ours_that_nobody_gives_back_are_told(tmp_path, monkeypatch):
    """The leaf proves that we said something; what it was is lost here, and that is never silent."""
    lie(monkeypatch, as_leaves)
    nodes, lost = lose_and_restore(tmp_path)
    assert not nodes.us.engine.is_recovering
    told = [change for change in nodes.us.changes if getattr(change, "code", "") == "node.engine.wordless"]
    assert len(told) == 1
    assert f"of {lost[0][0] - 3:,} entries of ours, the first 3," in told[0].detail


def test_words_of_ours_that_we_erased_ourselves_are_not_told_as_lost(tmp_path, monkeypatch):
    lie(monkeypatch, as_leaves)
    monkeypatch.setattr(reconciling, "ERASED_BY_US", _ALL_ERASED)
    nodes, _ = lose_and_restore(tmp_path)
    assert not nodes.us.engine.is_recovering
    assert "node.engine.wordless" not in troubles(nodes.us)


_ALL_ERASED = select(literal(0).label("erased_log"), literal(0).label("start"), literal(1 << 20).label("end"))


def as_leaves(answer, transaction, job):
    """Give back of each entry its leaf alone."""
    rows = transaction.connection.query("SELECT idx, leaf FROM entries WHERE log = 0").fetchall()
    leaves = dict(rows)
    entries = tuple(LeafOnly(each.index, leaves[each.index]) for each in answer.entries)
    return replace(answer, entries=entries)


def test_receipts_that_do_not_hold_are_left_behind(tmp_path, monkeypatch):
    """Times of receipts are evidence: what the other side gives of them is kept where its signature holds."""
    nodes, _ = lose_and_restore(tmp_path, connect=False)

    def postdate(answer, transaction, job):
        receipts = tuple(replace(each, time_s=each.time_s - 3_600) for each in answer.receipts)
        return replace(answer, receipts=receipts)

    lie(monkeypatch, postdate)
    nodes.connect()
    nodes.run(seconds=5)
    assert not is_recovering(nodes.us)
    assert set(cosigned(nodes.us, 0, 1)) <= {*cosigned(nodes.ru, 0, 1), *newest(nodes.us)}
    assert min(time_s for _, time_s in cosigned(nodes.us, 0, 1)) >= min(
        time_s for _, time_s in cosigned(nodes.ru, 0, 1)
    )


def newest(node):
    """The word that was given for the size at which it recovered."""
    return cosigned(node, 0, 1)[-1:]


def test_without_a_counterpart_no_witness_lets_a_node_sign(tmp_path):
    """The only counterpart revoked its session key, so there is no line to it."""
    nodes, _ = lose_and_restore(tmp_path, connect=False)
    recovery = nodes.us.engine.recovery
    recovery._talks.clear()
    recovery.awaits_witnesses = True
    recovery.witnesses_answered()
    nodes.run(seconds=5)
    assert is_recovering(nodes.us)
    assert nodes.us.saved is None


# --- forks ------------------------------------------------------------------------------------------------


def forked(tmp_path):
    """US was rolled back once, nobody noticed, and it signed another entry 3 that RU has never seen."""
    nodes, _ = lose_and_restore(tmp_path, before=2, after=4, connect=False)
    nodes.us.stop()
    nodes.us.start()  # as a node without a high-water file would, that minds nothing
    nodes.us.say("another story")
    size = nodes.us.keeper.states[0].size
    root = nodes.us.keeper.states[0].root
    signature = sign_checkpoint(nodes.us.keeper.line.log_signer, size, root)
    nodes.us.keeper.connection.query("INSERT INTO checkpoints VALUES (0, ?, ?, ?)", (size, root, signature))
    nodes.us.say("and more of it")
    nodes.us.stop()
    nodes.us.changes.clear()
    nodes.us.start(recovering=GONE)
    return nodes, size


@pytest.mark.parametrize("entries", [0, 1, 20])
def test_a_fork_that_is_signed_is_found_kept_as_proof_and_never_signed_over(tmp_path, entries):
    nodes, size = forked(tmp_path)
    if entries == 0:
        nodes.us.keeper.connection.query("DELETE FROM checkpoints WHERE log = 0 AND size = ?", (size,))
    nodes.us.stop()
    nodes.us.start()
    for number in range(entries):
        nodes.us.say(f"the other branch grows {number}")
    nodes.us.stop()
    nodes.us.changes.clear()
    nodes.us.start(recovering=GONE)
    kept = signatures_of(nodes.us)
    nodes.connect()
    nodes.run(seconds=60)
    assert is_recovering(nodes.us)
    assert nodes.us.engine.recovery.stage == "forked"
    assert "store.reconciling.forked" in troubles(nodes.us)
    told = nodes.us.keeper.connection.query("SELECT source, verdict FROM told").fetchall()
    assert ("party ru", "contradicts") in told
    proofs = nodes.us.keeper.connection.query("SELECT log, idx, proof FROM evidence").fetchall()
    if entries == 0:
        assert not proofs, (
            "nothing that we signed over the other branch is held, so there are no two statements"
        )
    else:
        ((log, index, proof),) = proofs
        shown = verify_equivocation(proof, nodes.us.keeper.line.parties[0].log_key)
        assert (log, index, shown.index) == (0, size - 1, size - 1)
    assert signatures_of(nodes.us) == kept
    nodes.us.stop()
    nodes.us.start(recovering=GONE)
    nodes.connect()
    nodes.run(seconds=60)
    assert nodes.us.engine.recovery.stage == "forked", "a restart forgets nothing"


def test_a_counterpart_that_tells_another_story_than_we_cosigned_is_not_believed(tmp_path, monkeypatch):
    """RU uses our loss: it gives another last entry of its own log, freshly signed, beside our own co-signature."""
    nodes, lost = lose_and_restore(tmp_path, before=3, after=4, connect=False)
    line, size = nodes.ru.keeper.line, lost[1][0]
    signer, origin = line.log_signer, line.author(1).origin

    def rewrite(answer, transaction, job):
        if answer.statement is None:
            root = transaction.context and other_root[0]
            return replace(
                answer, signed=SignedSize(size=size, root=root, signature=sign_checkpoint(signer, size, root))
            )
        assert answer.statement.size == size
        last = replace(answer.entries[-1], body=b"another story")
        tree = transaction.frontier_at(1, size - 1)
        tree.append(leaf_hash(make_leaf(origin, last.seed, last.head[1:], last.body)))
        other_root[:] = [tree.root()]
        statement = CheckpointSignature(size, sign_checkpoint(signer, size, tree.root()))
        return replace(answer, statement=statement, entries=(*answer.entries[:-1], last), differs=False)

    other_root = []
    lie(monkeypatch, lambda answer, *at: replace(rewrite(answer, *at), differs=False), about=1)
    nodes.connect()
    nodes.run(seconds=30)
    assert is_recovering(nodes.us)
    assert nodes.us.engine.recovery.stage == "refused"
    assert "store.taking_back.other_log" in troubles(nodes.us)
    assert nodes.us.saved is None


def test_entries_under_a_key_that_was_spent_are_refused(tmp_path, monkeypatch):
    """Who holds our old log key cannot give us entries behind the size up to which it is good."""
    from coupefeu.store.line import SpentKey
    from coupefeu.wire.key_statement import KeyRole
    from coupefeu.wire.note import ED25519, VerifierKey

    nodes, _ = lose_and_restore(tmp_path, connect=False)
    line = nodes.us.keeper.line
    us = line.parties[0]
    fresh = VerifierKey.of(us.origin, ED25519, LogSigner(us.origin, private_key("us", "log 2")).vkey.key)
    size = nodes.us.keeper.states[0].size
    spent = SpentKey(role=KeyRole.LOG, key=us.log_key, size=size)
    nodes.us.keeper.line = replace(
        line, parties=(replace(us, log_key=fresh, spent=(spent,)), line.parties[1])
    )
    nodes.connect()
    nodes.run(seconds=10)
    assert is_recovering(nodes.us)
    assert "store.line.old_key" in troubles(nodes.us)
    assert nodes.us.keeper.states[0].size == size
