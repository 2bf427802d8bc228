"""What our witness does beyond the specification's words: durability, its clock, its rules, its evidence."""

from dataclasses import replace
from http import HTTPStatus
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupefeu.errors import ConfigError, StoreError
from coupefeu.keys.notes import CosignSigner, verify_signature
from coupefeu.node.witness.keys import WitnessKeys
from coupefeu.node.witness.opening import open_witness
from coupefeu.node.witness.rules import LogRules
from coupefeu.node.witness.witness import Checked, Witness
from coupefeu.record.tree import EMPTY_ROOT, verify_consistency
from coupefeu.store.sqlite import open_for_writing
from coupefeu.store.witness_heads import MAX_FORKS, Head, Heads, Move
from coupefeu.testing.clock import VirtualClock
from coupefeu.testing.witness_contract import ContractLog, request
from coupefeu.wire.note import ML_DSA_44, parse_note
from coupefeu.wire.witness import origin_hash, parse_lines

LOG = ContractLog("a/log")
TRUST = [key.text() for key in LOG.vkeys]


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def opened(tmp_path, clock):
    with open_witness(tmp_path / "w", TRUST, clock=clock.now) as opened:
        yield opened.witness


def ask(witness, *bodies):
    checked = [witness.check(body) for body in bodies]
    assert all(isinstance(each, Checked) for each in checked), checked
    return witness.settle(checked)


def cosigned(answer):
    assert answer.status is HTTPStatus.OK, answer
    return parse_lines(answer.body)


def times(answer):
    return [int.from_bytes(line.blob[:8]) for line in cosigned(answer)]


def both_lines(size, old_size=0):
    checkpoint = LOG.checkpoint(size)
    text = checkpoint.text()
    return request(old_size, LOG.path(old_size, size), text, LOG.line(text), LOG.ml_dsa.cosign(checkpoint, 0))


def test_ml_dsa_is_paid_by_the_log_that_signs_with_it(opened):
    (classical,) = ask(opened, LOG.request(0, 3))
    assert [line.key_id for line in cosigned(classical)] == [opened.keys.ed25519.vkey.key_id]
    (paid,) = ask(opened, both_lines(5, 3))
    vkeys = [opened.keys.ed25519.vkey, opened.keys.ml_dsa.vkey]
    for vkey, line in zip(vkeys, cosigned(paid), strict=True):
        verify_signature(vkey, LOG.checkpoint(5).text(), line)


def test_a_log_that_must_sign_with_ml_dsa_is_refused_without(tmp_path):
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "witness.toml").write_text(f'[[logs]]\norigin = "{LOG.origin}"\nneeds_ml_dsa = true\n')
    with open_witness(folder, TRUST) as opened:
        assert opened.witness.check(LOG.request(0, 3)).status is HTTPStatus.FORBIDDEN
        assert isinstance(opened.witness.check(both_lines(3)), Checked)


def test_one_commit_serves_all_that_wait_and_later_ones_see_earlier_ones(opened):
    first, second, third, late = ask(
        opened, LOG.request(0, 3), LOG.request(3, 5), LOG.request(5, 5), LOG.request(0, 3)
    )
    assert all(each.status is HTTPStatus.OK for each in (first, second, third))
    assert (late.status, late.body) == (HTTPStatus.CONFLICT, b"5\n")


def test_the_head_is_durable_before_it_is_signed(tmp_path, clock, monkeypatch):
    """Cut off between the two: nothing was signed, and after a restart the same statement is signed."""
    folder = tmp_path / "w"

    def cut_off(*_):
        raise KeyboardInterrupt

    with open_witness(folder, TRUST, clock=clock.now) as opened:
        monkeypatch.setattr(CosignSigner, "cosign", cut_off)
        with pytest.raises(KeyboardInterrupt):
            ask(opened.witness, LOG.request(0, 7))
    monkeypatch.undo()
    clock.advance(5_000)
    with open_witness(folder, TRUST, clock=clock.now) as opened:
        witness = opened.witness
        (again,) = ask(witness, LOG.request(0, 7))
        assert (again.status, again.body) == (HTTPStatus.CONFLICT, b"7\n")
        (forked,) = ask(witness, ContractLog(LOG.origin, "fork", common=2).request(7, 7))
        assert forked.status is HTTPStatus.CONFLICT
        note = parse_note(witness.latest(origin_hash(LOG.origin)))
        assert note.text == LOG.checkpoint(7).text()
        verify_signature(witness.keys.ed25519.vkey, note.text, note.signatures[-1])
        cosigned(*ask(witness, LOG.request(7, 9)))


def test_nothing_is_signed_when_the_commit_fails(opened, monkeypatch):
    ask(opened, LOG.request(0, 3))
    monkeypatch.setattr(
        Heads, "commit", lambda *_: (_ for _ in ()).throw(StoreError("full", code="store.disk.full"))
    )
    (failed, other) = ask(opened, LOG.request(3, 5), LOG.request(0, 4))
    assert failed.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert other.body == b"5\n", "what was refused is refused all the same"
    monkeypatch.undo()
    cosigned(*ask(opened, LOG.request(3, 6)))


def test_a_head_moves_only_from_where_it_was(tmp_path):
    heads = Heads(tmp_path / "heads.db")
    first = Head(origin="a", size=1, root=bytes(32), note=b"n", time_s=1)
    heads.commit([Move(before=None, after=first)])
    second = replace(first, size=2)
    for wrong in (
        None,
        replace(first, size=0),
        replace(first, root=bytes(31) + b"\1"),
        replace(first, time_s=2),
    ):
        with pytest.raises(StoreError, match=r"store\.witness\.moved"):
            heads.commit(
                [Move(before=wrong, after=second), Move(before=None, after=replace(first, origin="b"))]
            )
    assert heads.read() == {"a": first}, "and nothing else was written"
    heads.close()


def test_another_writer_is_noticed_before_anything_is_signed(tmp_path, clock):
    with open_witness(tmp_path / "w", TRUST, clock=clock.now) as opened:
        ask(opened.witness, LOG.request(0, 3))
        other = open_for_writing(tmp_path / "w" / "witness.db")
        other.query("UPDATE heads SET size = 4")
        (moved,) = ask(opened.witness, LOG.request(3, 6))
        assert moved.status is HTTPStatus.SERVICE_UNAVAILABLE
        (named,) = ask(opened.witness, LOG.request(3, 6))
        assert named.body == b"4\n", "it reads again what is there"
        other.close()


def test_one_process_has_the_folder(tmp_path):
    again = open_witness(tmp_path / "w", TRUST)
    with open_witness(tmp_path / "w", TRUST), pytest.raises(ConfigError, match=r"node\.witness\.running"):
        again.__enter__()


def test_a_fork_is_kept_as_evidence_and_only_so_many(opened, clock):
    ask(opened, LOG.request(0, 6))
    forks = [ContractLog(LOG.origin, f"{number}", common=3) for number in range(MAX_FORKS + 3)]
    for fork in (forks[0], *forks):
        clock.advance(1_000)
        (answer,) = ask(opened, fork.request(6, 6))
        assert answer.status is HTTPStatus.CONFLICT
        assert "text/plain" in answer.content_type, "a client would take a size for a reason to try again"
    kept = opened._heads.read_forks()
    assert len(kept) == MAX_FORKS
    assert parse_note(kept[0].note).text == LOG.checkpoint(6).text(), "the head moves on, and this stays"
    assert parse_note(kept[1].note).text == forks[0].checkpoint(6).text()


def test_times_never_go_back_and_a_clock_far_behind_signs_nothing(opened, clock):
    (first,) = ask(opened, LOG.request(0, 3))
    clock._start_utc_ms -= 60_000
    (second,) = ask(opened, LOG.request(3, 4))
    assert times(second) == times(first)
    clock._start_utc_ms -= 1_000
    (third,) = ask(opened, LOG.request(4, 5))
    assert third.status is HTTPStatus.SERVICE_UNAVAILABLE
    clock.advance(1_000)
    cosigned(*ask(opened, LOG.request(4, 5)))


def test_the_same_checkpoint_in_the_same_second_is_not_written_again(opened, clock, monkeypatch):
    clock.advance(1_000 - clock.now().utc_ms % 1_000)
    (first,) = ask(opened, LOG.request(0, 3))
    commits = []
    commit = Heads.commit
    monkeypatch.setattr(Heads, "commit", lambda *values: (commits.append(1), commit(*values))[1])
    clock.advance(999)
    assert ask(opened, LOG.request(3, 3)) == [first]
    assert not commits
    clock.advance(1)
    (later,) = ask(opened, LOG.request(3, 3))
    assert times(later) == [times(first)[0] + 1]
    assert commits


def test_a_log_that_moves_too_often_waits_and_whoever_repeats_it_costs_it_nothing(tmp_path, clock):
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "witness.toml").write_text(f'[[logs]]\norigin = "{LOG.origin}"\nper_minute = 2\n')
    with open_witness(folder, TRUST, clock=clock.now) as opened:
        for old_size, size in ((0, 1), (1, 1), (1, 1), (1, 2), (2, 2)):
            cosigned(*ask(opened.witness, LOG.request(old_size, size)))
        (busy,) = ask(opened.witness, LOG.request(2, 3))
        assert busy.status is HTTPStatus.TOO_MANY_REQUESTS
        clock.advance(30_000)
        cosigned(*ask(opened.witness, LOG.request(2, 3)))


def test_whoever_repeats_a_checkpoint_takes_no_line_of_it_away(opened):
    ask(opened, both_lines(4))
    ask(opened, LOG.request(4, 4))
    note = parse_note(opened.latest(origin_hash(LOG.origin)))
    assert {line.key_id for line in note.signatures} == {
        *(key.key_id for key in LOG.vkeys), opened.keys.ed25519.vkey.key_id, opened.keys.ml_dsa.vkey.key_id
    }  # fmt: skip


def test_whoever_reads_a_head_again_and_again_costs_one_signature(opened, monkeypatch):
    ask(opened, LOG.request(0, 4))
    signed = []
    cosign = CosignSigner.cosign
    monkeypatch.setattr(CosignSigner, "cosign", lambda *values: (signed.append(1), cosign(*values))[1])
    first = [opened.latest(origin_hash(LOG.origin)) for _ in range(5)]
    assert (len(set(first)), len(signed)) == (1, 1)
    ask(opened, LOG.request(4, 6))
    signed.clear()
    note = parse_note(opened.latest(origin_hash(LOG.origin)))
    assert (note.text, len(signed)) == (LOG.checkpoint(6).text(), 1), "and the newest is what is read"


def test_only_verified_lines_are_kept(opened):
    text = LOG.checkpoint(2).text()
    stranger = ContractLog("stranger").line(text)
    cosigned(*ask(opened, request(0, (), text, stranger, LOG.line(text))))
    assert b"stranger" not in opened.latest(origin_hash(LOG.origin))


def test_keys_are_made_once_apart_and_private(tmp_path):
    folder = tmp_path / "w"
    with open_witness(folder, TRUST, name="witness.example/w1") as opened:
        keys = opened.witness.keys
    lines = (folder / "witness.vkey").read_text().splitlines()
    assert lines == [keys.ed25519.vkey.text()]
    assert (folder / "witness-mldsa.vkey").read_text() == f"{keys.ml_dsa.vkey.text()}\n"
    assert keys.ml_dsa.vkey.algorithm == ML_DSA_44
    for file in ("witness.key", "witness-mldsa.key", "witness.db", "witness.log"):
        assert (folder / file).stat().st_mode & 0o777 == 0o600
    with open_witness(folder, TRUST) as opened:
        assert opened.witness.keys.ed25519.vkey == keys.ed25519.vkey
    with pytest.raises(ConfigError, match=r"node\.witness\.name"), open_witness(folder, TRUST, name="other"):
        pass


def test_a_first_start_that_was_cut_off_goes_on(tmp_path):
    folder = tmp_path / "w"
    with open_witness(folder, TRUST) as opened:
        name = opened.witness.keys.name
    (folder / "witness-mldsa.vkey").unlink()
    (folder / "witness-mldsa.key").unlink()
    with open_witness(folder, TRUST) as opened:
        assert opened.witness.keys.name == name


@pytest.mark.parametrize(
    ("lost", "code"),
    [("witness.db", "no_heads"), ("witness.key", "no_keys"), ("witness-mldsa.key", "no_keys")],
)
def test_keys_and_heads_stand_and_fall_together(tmp_path, lost, code):
    with open_witness(tmp_path / "w", TRUST) as opened:
        ask(opened.witness, LOG.request(0, 3))
    (tmp_path / "w" / lost).unlink()
    with pytest.raises(ConfigError, match=rf"node\.witness\.{code}"), open_witness(tmp_path / "w", TRUST):
        pass


def test_verifier_keys_of_another_witness_are_refused(tmp_path):
    for each in ("w", "x"):
        with open_witness(tmp_path / each, TRUST):
            pass
    (tmp_path / "w" / "witness.vkey").write_text((tmp_path / "x" / "witness.vkey").read_text())
    with pytest.raises(ConfigError, match=r"node\.witness\.vkey"), open_witness(tmp_path / "w", TRUST):
        pass


@pytest.mark.parametrize(
    ("trusted", "code"),
    [
        ([], "none"),
        (["nowhere"], "file"),
        (["a+00000000+AAAA"], "key"),
        ([CosignSigner("a", bytes(range(32))).vkey.text()], "key"),
        ([LOG.vkeys[0].text(), LOG.vkeys[0].of("b", 1, LOG.vkeys[0].key).text()], "key"),
        (["a/log+" + LOG.vkeys[0].of("a/log", 1, bytes([1]) + bytes(31)).text().partition("+")[2]], "key"),
    ],
    ids=["none", "no-file", "no-key", "cosigner", "one-key-two-logs", "small-order"],
)
def test_what_cannot_be_trusted_is_refused(tmp_path, trusted, code):
    with pytest.raises(ConfigError, match=rf"node\.witness\.{code}"), open_witness(tmp_path / "w", trusted):
        pass


def test_a_witness_does_not_trust_itself(tmp_path):
    with open_witness(tmp_path / "w", TRUST, name="me") as opened:
        own = opened.witness.keys
    for key in (own.ml_dsa.vkey.text(), ContractLog("me").vkeys[0].text()):
        with pytest.raises(ConfigError, match=r"node\.witness\.key"), open_witness(tmp_path / "w", [key]):
            pass


@pytest.mark.parametrize(
    "text",
    [
        "logs = 1",
        "other = 1",
        "[[logs]]\nkeys = []",
        '[[logs]]\norigin = "b"',
        '[[logs]]\norigin = "a/log"\nper_minute = 0',
        '[[logs]]\norigin = "a/log"\nper_minute = true',
        '[[logs]]\norigin = "a/log"\nunknown = 1',
        '[[logs]]\norigin = "a/log"\nkeys = [1]',
        "not toml",
    ],
)
def test_a_rules_file_is_read_strictly(tmp_path, text):
    (tmp_path / "witness.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"node\.witness\."), open_witness(tmp_path, TRUST):
        pass


def test_a_log_may_sign_under_another_name_and_under_several_keys(tmp_path):
    """A log that replaced its key: the witness is told both until the old one is taken out."""
    other = ContractLog("another/name")
    (tmp_path / "witness.toml").write_text(
        f'[[logs]]\norigin = "a/log"\nkeys = ["{other.vkeys[0].text()}"]\n'
    )
    with open_witness(tmp_path, TRUST) as opened:
        text = LOG.checkpoint(3).text()
        cosigned(*ask(opened.witness, request(0, (), text, other.line(text))))
        cosigned(*ask(opened.witness, LOG.request(3, 4)))


def test_a_log_that_is_trusted_no_more_is_unknown_and_goes_on_where_it_was(tmp_path):
    with open_witness(tmp_path, TRUST) as opened:
        ask(opened.witness, LOG.request(0, 5))
    with open_witness(tmp_path, [ContractLog("b").vkeys[0].text()]) as opened:
        assert opened.witness.check(LOG.request(5, 6)).status is HTTPStatus.NOT_FOUND
        assert opened.witness.latest(origin_hash(LOG.origin)) is None
    with open_witness(tmp_path, TRUST) as opened:
        (forked,) = ask(opened.witness, ContractLog(LOG.origin, "fork").request(0, 3))
        assert forked.body == b"5\n"


def test_it_lists_its_logs_as_lists_for_witnesses_are_written(opened):
    assert opened.list_logs().decode() == f"logs/v0\n\nvkey {TRUST[0]}\n\nvkey {TRUST[1]}\n"


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "x", "y"]), st.integers(0, 5), st.integers(0, 9), st.integers(0, 9)),
        max_size=12,
    ),
    st.integers(1, 4),
)
def test_no_two_cosigned_heads_of_one_log_contradict_one_another(tmp_path_factory, asked, width):
    """Whatever honest and forked requests come, in whatever batches."""
    folder = tmp_path_factory.mktemp("w")
    clock = VirtualClock()
    keys = _KEYS
    heads = Heads(folder / "heads.db")
    rules = {LOG.origin: LogRules(origin=LOG.origin, keys=LOG.vkeys)}
    witness = Witness(keys, rules, heads, clock.now, lambda *_, **__: None)
    signed = set()
    bodies = []
    for branch, common, old_size, size in asked:
        log = ContractLog(LOG.origin, branch, common=common)
        text = log.checkpoint(size).text()
        path = log.path(old_size, size) if old_size <= size else ()
        bodies.append((log, size, request(old_size, path, text, log.line(text))))
    for start in range(0, len(bodies), width):
        batch = [(log, size, witness.check(body)) for log, size, body in bodies[start : start + width]]
        batch = [each for each in batch if isinstance(each[2], Checked)]
        answers = witness.settle([checked for _, _, checked in batch])
        for (log, size, _), answer in zip(batch, answers, strict=True):
            if answer.status is HTTPStatus.OK:
                signed.add((size, log.checkpoint(size).root, log._branch, log._common))
        clock.advance(700)
    for one, other in combinations(sorted(signed), 2):
        _insist_consistent(one, other)
    heads.close()


def _insist_consistent(one, other):
    (old_size, old_root, *_), (size, root, branch, common) = one, other
    if old_size == size:
        assert old_root == root
    elif old_size:
        path = ContractLog(LOG.origin, branch, common=common).path(old_size, size)
        verify_consistency(old_size, old_root, size, root, path)
    else:
        assert old_root == EMPTY_ROOT


def _make_keys():
    log = ContractLog("w")
    return WitnessKeys(ed25519=CosignSigner("w", bytes(range(32))), ml_dsa=log.ml_dsa)


_KEYS = _make_keys()
