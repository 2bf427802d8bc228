"""A restored node whose log cannot be gone on with opens a new one; the other side takes it up, and both go on.

The old log stays readable and provable for ever; what its key signs beyond the size that was agreed is void. Source:
protocol A13.
"""

from tests.scenario.stage import both, copy_record, do, done, open_line, put_back, troubles

from coupefeu.model.messages import format_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.commands import Take

NAMES = ("us", "ru")


def forked(tmp_path):
    """US said two things and was put back to after the first; then it said another thing in the second's place."""
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.ru.say("We hear you.")
    nodes.run(seconds=3)
    nodes.us.stop()
    backup = copy_record(nodes.us, tmp_path / "backup.db")
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=1)
    nodes.us.say("Two.")
    nodes.run(seconds=2)
    nodes.us.stop()
    put_back(nodes.us, backup)
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=5)
    nodes.us.say("Two, otherwise.")
    nodes.run(seconds=5)
    assert "record.equivocation" in troubles(nodes.ru)
    nodes.us.stop()
    return nodes


def test_a_forked_node_opens_an_incarnation_and_both_lines_go_on(tmp_path):
    nodes = forked(tmp_path)
    nodes.us.open_incarnation()
    nodes.connect()
    nodes.run(seconds=5)
    first = nodes.us.say("Three.", Precedence.FLASH)
    answer = nodes.ru.say("And we you.")
    nodes.run(seconds=5)

    assert format_number(first, NAMES) == "US.2/1"
    assert nodes.ru.texts() == ["One.", "Two.", "Three."], "the branch that was co-signed first stands"
    assert nodes.us.texts() == ["We hear you.", "And we you."]
    assert [done(status)[:1] for status in both(nodes, first)] == [["on-their-record"]] * 2
    taken = do(nodes.ru, Take, first)
    nodes.run(seconds=3)
    assert "taken-by" in done(nodes.us.message(first))
    assert format_number(taken, NAMES) == "RU/2"
    assert answer == (1, 1)
