"""A line test that is heard before its proof is shown as what it is, and is itself once its entry is here (B9)."""

from coupefeu.node.duties import Duties
from coupefeu.services.messages.commands import AnswerLineTest, SendLineTest
from coupefeu.services.messages.status import StepName
from coupefeu.store.jobs import ReceiveLineTest
from coupefeu.testing.joined import JoinedNodes
from coupefeu.wire.packet import LineTestItem


def inbox(node):
    desk = node.desk()
    try:
        return desk.inbox()
    finally:
        desk.close()


def test_a_line_test_says_proof_follows_until_a_checkpoint_covers_it(tmp_path):
    nodes = JoinedNodes(tmp_path)
    (test,) = nodes.us.act(SendLineTest(template=1))
    written_ms = nodes.us.message(test).claimed_ms
    nodes.ru.keeper.execute(
        [ReceiveLineTest(item=LineTestItem(*test, template=1, written_ms=written_ms))], nodes.ru.clock()
    )
    (ahead,) = inbox(nodes.ru)
    assert (ahead.id, ahead.proof_follows, ahead.content.template) == (test, True, 1)
    assert nodes.ru.message(test) == ahead
    nodes.connect()
    nodes.run(seconds=2)
    (proved,) = inbox(nodes.ru)
    assert (proved.id, proved.proof_follows) == (test, False)


def test_an_answer_heard_ahead_of_its_proof_is_shown_at_once(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    (test,) = nodes.us.act(SendLineTest(template=1))
    nodes.run(seconds=1)
    nodes.disconnect()
    (answer,) = nodes.ru.act(AnswerLineTest(test=test))
    item = LineTestItem(*answer, template=0, written_ms=nodes.ru.clock().utc_ms, answers=test[1])
    assert not nodes.us.message(test).chains[0].step(StepName.ANSWERED).done
    nodes.us.keeper.execute([ReceiveLineTest(item=item)], nodes.us.clock())
    assert nodes.us.message(test).chains[0].step(StepName.ANSWERED).done


def test_a_line_test_on_schedule_and_its_answer_are_sent_ahead(tmp_path):
    nodes = JoinedNodes(tmp_path)
    duties = [Duties(node.engine, node.agreement, None, node.clock) for node in nodes.nodes]
    nodes.connect()
    nodes.run(seconds=2)
    for each in duties:
        each.check()
    nodes.run(seconds=2)
    us, ru = (
        node.keeper.connection.query(
            "SELECT log, idx, template > 0, answers FROM announced ORDER BY idx"
        ).fetchall()
        for node in nodes.nodes
    )
    assert us == [(1, 0, 1, None), (1, 1, 0, 0)], "their test, and their answer to ours"
    assert ru == [(0, 0, 1, None), (0, 1, 0, 0)]
