"""A clock that is put back a little: no co-signature of ours gives a time before our last, for that would speak against
us (protocol A6, A13; record/two_heads.py). What we tell of a log is what we signed and kept.
"""

import pytest
from tests.scenario.stage import open_line

from coupefeu.store.recovery_jobs import TellLog
from coupefeu.wire.log_answer import decode_log_answer


def times(node, table):
    """Sizes and times that this node holds of co-signatures, by size."""
    return node.keeper.connection.query(
        f"SELECT holder, log, size, time_s FROM {table} ORDER BY size"
    ).fetchall()


@pytest.mark.parametrize("table", ["cosignatures", "ml_dsa_cosignatures"])
def test_the_time_of_a_co_signature_never_goes_back(tmp_path, table):
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.run(seconds=5)
    nodes.us.engine.sign_post_quantum(lambda _: None)
    nodes.run(seconds=1)
    nodes.ru.shift_ms -= 60_000
    nodes.us.shift_ms -= 60_000
    nodes.us.say("Two.")
    nodes.run(seconds=1)
    nodes.us.engine.sign_post_quantum(lambda _: None)
    nodes.run(seconds=1)
    for node in nodes.nodes:
        given = [time_s for holder, log, _, time_s in times(node, table) if (holder, log) == (1, 0)]
        assert len(given) == 2
        assert given == sorted(given)
    of_author = nodes.us.keeper.connection.query(
        "SELECT time_s FROM ml_dsa_checkpoints WHERE log = 0 ORDER BY size"
    ).fetchall()
    assert len(of_author) == 2
    assert of_author == sorted(of_author)


def test_what_is_told_of_a_log_is_the_co_signature_that_was_kept(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.run(seconds=5)
    kept = times(nodes.ru, "cosignatures")
    for _ in range(2):
        nodes.clock.advance(10_000)
        ask = TellLog(log=0, size=0, root=bytes(32), holder=0)
        (told,) = nodes.ru.keeper.execute([ask], nodes.ru.clock())
        word = decode_log_answer(told.answer).cosigned
        assert (1, 0, word.size, word.time_s) in kept
    assert times(nodes.ru, "cosignatures") == kept


def test_whose_key_is_revoked_tells_no_co_signature(tmp_path, monkeypatch):
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.run(seconds=5)
    monkeypatch.setattr(type(nodes.ru.keeper.line), "is_silenced", True)
    ask = TellLog(log=0, size=0, root=bytes(32), holder=0)
    (told,) = nodes.ru.keeper.execute([ask], nodes.ru.clock())
    assert decode_log_answer(told.answer).cosigned is None
