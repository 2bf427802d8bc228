"""A restored node whose log cannot be gone on with opens a new one; the other side takes it up, and both go on.

The old log stays readable and provable for ever; what its key signs beyond the size that was agreed is void. Source:
protocol A13.
"""

from tests.scenario.stage import both, copy_record, do, done, open_line, put_back, troubles

from coupefeu.model.messages import format_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.commands import Take
from coupefeu.store.reader import Reader
from coupefeu.testing.author import Author

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


def branches(node):
    query = node.keeper.connection.query
    return query("SELECT log, idx, start, body FROM branches ORDER BY number").fetchall()


def test_the_line_stays_up_both_ways_while_a_log_is_forked(tmp_path):
    """What RU says refers to what US has lost; it goes whole, so that US can read it."""
    nodes = forked(tmp_path)
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=3)
    routine = nodes.ru.say("Your log has two branches.")
    about = do(nodes.ru, Take, (0, 1))
    nodes.run(seconds=10)
    assert nodes.us.texts() == ["We hear you.", "Your log has two branches."]
    assert done(nodes.ru.message(routine))[0] == "on-their-record", "receipted"
    assert nodes.us.keeper.states[1].complete == about[1] + 1


def test_an_act_about_what_stood_there_before_is_never_taken_for_one_about_what_stands_there_now(tmp_path):
    nodes = forked(tmp_path)
    do(nodes.ru, Take, (0, 1))
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=10)
    assert "taken-by" in done(nodes.ru.message((0, 1))), "Two."
    held = nodes.us.message((0, 1))
    assert done(held) == [], "Two, otherwise."
    assert [act.effect for act in held.without_effect] == ["another_entry"]


def test_what_is_said_on_a_record_that_was_put_back_is_never_taken_for_delivered(tmp_path):
    """The other side acknowledges so many entries as it holds of the first branch; that says nothing of the second."""
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.run(seconds=2)
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
    said = nodes.us.say("Two, otherwise.", Precedence.FLASH)  # before the line comes up
    nodes.connect()
    nodes.run(seconds=10)
    assert done(nodes.us.message(said)) == []
    assert "node.engine.other_branch" in troubles(nodes.us)
    assert "record.equivocation" in troubles(nodes.ru), "it went again, so that the other side could prove it"
    assert "node.engine.forked" in troubles(nodes.us)
    assert any(b"Two, otherwise." in body for *_, body in branches(nodes.ru)), "and read it"


def test_what_the_old_record_had_of_the_other_side_comes_again_to_the_new_one(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.run(seconds=2)
    nodes.us.stop()
    backup = copy_record(nodes.us, tmp_path / "backup.db")
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=1)
    for number in range(5):
        nodes.ru.say(f"Return {number}.")
    nodes.run(seconds=3)
    nodes.us.stop()
    put_back(nodes.us, backup)
    nodes.us.open_incarnation()
    nodes.connect()
    nodes.run(seconds=10)
    assert nodes.us.texts() == [f"Return {number}." for number in range(5)]
    assert nodes.us.keeper.states[1].receipt.size == 5, "and is signed for, by the new key"
    last = nodes.ru.say("The last.")
    nodes.run(seconds=3)
    assert done(nodes.ru.message(last))[0] == "on-their-record"
    (peer,) = nodes.ru.engine.peers.values()
    assert peer.link.state().queued == 0


def test_both_sides_are_told_and_hold_the_same_proof(tmp_path):
    nodes = forked(tmp_path)
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=3)
    assert "node.engine.forked" in troubles(nodes.us)
    (told,) = {
        change.detail for change in nodes.us.changes if getattr(change, "code", "") == "node.engine.forked"
    }
    assert "entry 1" in told
    assert "incarnation open" in told
    ours, theirs = (
        node.keeper.connection.query("SELECT log, idx, proof FROM evidence").fetchall()
        for node in nodes.nodes
    )
    assert ours == theirs
    assert troubles(nodes.ru).count("record.equivocation") == 1


def test_what_is_signed_on_the_other_branch_is_kept_marked_and_is_no_part_of_the_log(tmp_path):
    nodes = forked(tmp_path)
    ((log, index, start, body),) = branches(nodes.ru)
    assert (log, index, start) == (0, 1, None)
    assert b"Two, otherwise." in body
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=1)
    nodes.us.say("We have fired by accident.", Precedence.FLASH)
    nodes.run(seconds=5)
    with Reader(nodes.ru.path, running=True) as reader:
        assert [reader.is_forked(0, index) for index in range(3)] == [False, True, True], "marked"
        assert [row["idx"] for row in reader.branches(9)] == [1]
    assert nodes.ru.texts() == ["One.", "Two.", "We have fired by accident."], (
        "a run of its own, so it is shown"
    )


def test_what_goes_on_with_the_other_branch_under_a_checkpoint_is_kept_too(tmp_path):
    nodes = forked(tmp_path)
    author = Author(nodes.us.agreement, "us")
    author.say("One.")
    author.say("Two, thirdly.")
    author.say("Three, thirdly.")
    nodes.us.start()
    for job in (author.checkpoint(0, 2), author.checkpoint(2, 3)):
        nodes.clock.advance(5_000)
        (received,) = nodes.ru.keeper.execute([job], nodes.ru.clock())
        assert received.evidence
    assert [(index, body) for _, index, _, body in branches(nodes.ru) if b"thirdly" in body][1][0] == 2


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
