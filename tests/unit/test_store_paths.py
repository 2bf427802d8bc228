"""Proofs from the kept subtrees are those of the tree, and cost a logarithm of it."""

from hashlib import sha256

import pytest
from tests.stores import joined_line, wind_back

from coupefeu.errors import StoreError, UsageError
from coupefeu.node.prove import prove_entry
from coupefeu.record import tree
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import Frontier
from coupefeu.store import tables
from coupefeu.store.paths import GROUPS_KEPT, Paths, consistency_path, inclusion_path
from coupefeu.store.reader import Reader
from coupefeu.store.schema import prepare_schema
from coupefeu.store.sqlite import create_tables, open_for_writing

SIZE = 2 * 65_536 + 700
"""Two subtrees of level 16, some of each kept level behind them, and leaves behind these."""


class Counting:
    """A connection that counts what is asked of it, and how many rows that may give."""

    def __init__(self, connection):
        self.connection, self.queries, self.rows = connection, 0, 0

    def query(self, text, values):
        self.queries += 1
        self.rows += values[-1] - values[-2]
        return self.connection.query(text, values)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A log of SIZE leaves, and their hashes."""
    connection = open_for_writing(tmp_path_factory.mktemp("large") / "record.db")
    create_tables(connection, tables.RECORD)
    leaves = [sha256(b"%d" % number).digest() for number in range(SIZE)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    frontier, kept = Frontier(), []
    for hashed in hashes:
        kept += [(0, *each) for each in frontier.completed_by(hashed, tables.SUBTREE_STEP)]
        frontier.append(hashed)
    connection.query("BEGIN")
    connection.raw.executemany(
        "INSERT INTO entries (log, idx, arrived_ms, leaf) VALUES (0, ?, 0, ?)", enumerate(leaves)
    )
    connection.raw.executemany("INSERT INTO subtrees VALUES (?, ?, ?, ?)", kept)
    connection.query("COMMIT")
    yield connection, hashes
    connection.close()


AT = (0, 1, 255, 256, 65_535, 65_536, 70_001, 131_071, 131_072, 131_500, SIZE - 1)


@pytest.mark.parametrize("index", AT)
def test_a_path_leads_to_the_root_and_costs_a_logarithm(large, index):
    connection, hashes = large
    counting = Counting(connection)
    path = inclusion_path(counting, 0, index, SIZE)
    tree.verify_inclusion(hashes[index], index, SIZE, tree.root_of(hashes), path)
    levels = -(-SIZE.bit_length() // tables.SUBTREE_STEP)
    assert counting.queries <= 2 * levels
    assert counting.rows <= 2 * levels << tables.SUBTREE_STEP


@pytest.mark.parametrize(("old", "new"), [(1, 2), (300, 301), (256, 65_536), (65_537, 131_073), (700, SIZE)])
def test_a_smaller_log_is_shown_to_be_the_beginning_of_a_greater(large, old, new):
    connection, hashes = large
    path = consistency_path(connection, 0, old, new)
    roots = tree.root_of(hashes[:old]), tree.root_of(hashes[:new])
    tree.verify_consistency(old, roots[0], new, roots[1], path)
    assert consistency_path(connection, 0, 0, new) == consistency_path(connection, 0, new, new) == ()


def test_many_proofs_of_one_log_keep_a_bounded_number_of_groups(large):
    connection, _ = large
    paths = Paths(connection, 0, SIZE)
    for index in range(0, SIZE, 100):
        paths.inclusion(index)
    assert len(paths._groups) == GROUPS_KEPT


def test_what_is_not_there_is_refused(large):
    connection, _ = large
    for ask in (
        lambda: inclusion_path(connection, 0, SIZE, SIZE),
        lambda: inclusion_path(connection, 0, -1, 5),
        lambda: consistency_path(connection, 0, 6, 5),
    ):
        with pytest.raises(UsageError):
            ask()
    with pytest.raises(StoreError) as refused:
        inclusion_path(connection, 0, 5, SIZE + 1)
    assert refused.value.code == "store.paths.missing"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """The records of two nodes that spoke; that of RU has 300 entries of its own."""
    nodes = joined_line(tmp_path_factory.mktemp("line"))
    for node in (nodes.us, nodes.ru):
        node.keeper.close()
    return nodes


def subtrees(connection):
    return connection.query("SELECT * FROM subtrees ORDER BY log, level, number").fetchall()


def test_both_sides_keep_the_subtrees_of_both_logs(spoken):
    for node in (spoken.us, spoken.ru):
        with Reader(node.path, running=False) as reader:
            sizes = {row["log"]: row["size"] for row in reader.logs()}
            assert max(sizes.values()) > 300
            for log, size in sizes.items():
                hashes = [leaf_hash(leaf) for leaf, *_ in reader.leaves(log, size)]
                for index in {0, 7, 255, 256, size - 1} & set(range(size)):
                    path = inclusion_path(reader.connection, log, index, size)
                    assert path == tree.inclusion_path(hashes, index, size)
            assert subtrees(reader.connection)


def test_a_record_of_before_gets_them_from_its_leaves(spoken, tmp_path):
    path = tmp_path / "record.db"
    path.write_bytes(spoken.ru.path.read_bytes())
    connection = open_for_writing(path)
    before = subtrees(connection)
    wind_back(connection, "0002")
    prepare_schema(connection)
    assert subtrees(connection) == before != []
    connection.close()


def test_no_proof_is_handed_out_that_does_not_hold(spoken, tmp_path):
    path = tmp_path / "record.db"
    path.write_bytes(spoken.ru.path.read_bytes())
    connection = open_for_writing(path)
    connection.query("UPDATE subtrees SET root = zeroblob(32) WHERE log = 1")
    connection.close()
    with Reader(path, running=False) as reader:
        parties = spoken.ru.keeper.line.parties
        with pytest.raises(StoreError) as refused:
            prove_entry(reader, parties, 1, 290, tmp_path / "proof")
        assert refused.value.code == "node.prove.tree"
        assert not list((tmp_path / "proof").iterdir())
        prove_entry(reader, parties, 0, 0, tmp_path / "sound")
