"""What a restore brought back of erased content goes again, whichever way the node goes on (protocol A13, A17)."""

from tests.scenario.stage import open_line

from coupefeu.services.erasures.facts import EraseContent
from coupefeu.store.fsck import check_record

PLANTED = "a word that was erased"


def brought_back(tmp_path):
    """A stopped node whose record holds again what an entry ERASED of ours on it names."""
    nodes = open_line(tmp_path)
    message = nodes.ru.say(PLANTED)
    nodes.run(seconds=3)
    query = nodes.us.keeper.connection.query
    columns = "seed, head, body, head_salt, erased_log, erased"
    at = "WHERE log = 1 AND idx = ?"
    (kept,) = query(f"SELECT {columns} FROM entries {at}", (message[1],)).fetchall()
    (view,) = query(f"SELECT body FROM messages {at}", (message[1],)).fetchall()
    nodes.us.act(EraseContent(message=message, from_post="us.duty"))
    nodes.run(seconds=3)
    query(f"UPDATE entries SET ({columns}) = (?, ?, ?, ?, ?, ?) {at}", (*kept, message[1]))
    query(f"UPDATE messages SET body = ? {at}", (*view, message[1]))
    nodes.us.stop()
    assert PLANTED.encode() in nodes.us.path.read_bytes()
    return nodes


def is_gone(nodes):
    """Nowhere in the database, and the views are those that its entries make."""
    parties = nodes.us.keeper.line.parties
    nodes.us.stop()
    assert not [path for path in nodes.us.path.parent.glob("us.db*") if PLANTED.encode() in path.read_bytes()]
    found = check_record(nodes.us.path, parties, 0, running=False).findings
    assert not [each for each in found if each.code in {"store.fsck.views", "store.fsck.erased"}]


def test_a_new_incarnation_erases_again_what_its_record_names(tmp_path):
    """Recovering that ends in a fork, or short, is never resumed: what begins the new log is what sees to it."""
    nodes = brought_back(tmp_path)
    nodes.us.open_incarnation()
    is_gone(nodes)


def test_a_node_that_has_recovered_erases_again_what_its_record_names(tmp_path):
    nodes = brought_back(tmp_path)
    nodes.us.start(recovering="it was restored")
    nodes.connect()
    nodes.run(seconds=5)
    assert nodes.us.keeper.recovering is None
    is_gone(nodes)
