"""A packed R*Tree is one that SQLite finds sound, that answers as a scan does, and that goes on taking rows."""

import numpy as np
import pytest
from pysqlite3 import dbapi2
from tests.sizes import size

from coupefeu.errors import StoreError
from coupefeu.store.packing import LEAF_CELLS, NODE_CELLS, pack_boxes, sort_boxes
from coupefeu.store.sqlite import Connection

EDGES = "x0,x1,y0,y1,z0,z1,a0,a1,t0,t1"
COUNTS = (1, LEAF_CELLS, LEAF_CELLS + 1, LEAF_CELLS * NODE_CELLS + 1, size(small=5_000, full=300_000))


def empty_tree():
    connection = Connection(dbapi2.connect(":memory:", isolation_level=None))
    connection.query(f"CREATE VIRTUAL TABLE tree USING rtree_i32 (id, {EDGES})")
    connection.query("BEGIN")
    return connection


def some_boxes(count, seed=1):
    draw = np.random.default_rng(seed)
    least = draw.integers(-(1 << 30), 1 << 30, (count, 5))
    most = least + draw.integers(0, 1 << 27, (count, 5))
    boxes = np.empty((count, 10), np.int32)
    boxes[:, 0::2], boxes[:, 1::2] = least, most
    ids = draw.permutation(count * 3)[:count].astype(np.int64) << 4
    return ids, boxes


def found(connection, box):
    meets = " AND ".join(f"{name}0 <= ? AND {name}1 >= ?" for name in "xyzat")
    values = [int(value) for side in range(5) for value in (box[2 * side + 1], box[2 * side])]
    return {number for (number,) in connection.query(f"SELECT id FROM tree WHERE {meets}", values)}


def scanned(ids, boxes, box):
    meets = (boxes[:, 0::2] <= box[1::2]) & (boxes[:, 1::2] >= box[0::2])
    return set(ids[meets.all(axis=1)].tolist())


def sound(connection):
    return connection.query("SELECT rtreecheck('tree')").fetchone() == ("ok",)


@pytest.mark.parametrize("count", COUNTS)
def test_it_answers_as_a_scan_does(count):
    connection, (ids, boxes) = empty_tree(), some_boxes(count)
    pack_boxes(connection, "tree", ids, boxes)
    assert sound(connection)
    assert connection.query("SELECT count(*) FROM tree").fetchone() == (count,)
    for box in some_boxes(50, seed=2)[1]:
        assert found(connection, box) == scanned(ids, boxes, box)


def test_rows_come_and_go_afterwards():
    connection, (ids, boxes) = empty_tree(), some_boxes(4_000)
    pack_boxes(connection, "tree", ids[:3_000], boxes[:3_000])
    for number, box in zip(ids[3_000:].tolist(), boxes[3_000:].tolist(), strict=True):
        connection.query("INSERT INTO tree VALUES (?,?,?,?,?,?,?,?,?,?,?)", (number, *box))
    for number in ids[:1_000].tolist():
        connection.query("DELETE FROM tree WHERE id = ?", (number,))
    assert sound(connection)
    for box in some_boxes(50, seed=3)[1]:
        assert found(connection, box) == scanned(ids[1_000:], boxes[1_000:], box)


def test_boxes_without_bounds_and_boxes_that_are_all_one():
    ids, boxes = some_boxes(500)
    boxes[::7, 6:8] = (-(1 << 31), (1 << 31) - 1)
    boxes[::11] = boxes[0]
    boxes[::13, 1::2] = boxes[::13, 0::2]
    connection = empty_tree()
    pack_boxes(connection, "tree", ids, boxes)
    for box in boxes[:40]:
        assert found(connection, box) == scanned(ids, boxes, box)


def test_leaves_are_full_but_for_a_tenth_and_hold_what_is_near():
    _, boxes = some_boxes(LEAF_CELLS * 60)
    order, starts = sort_boxes(boxes)
    assert sorted(order.tolist()) == list(range(len(boxes)))
    assert set(np.diff(np.append(starts, len(boxes))).tolist()) == {LEAF_CELLS}
    middles = (boxes[:, 0::2].astype(float) + boxes[:, 1::2]) / 2
    within = [middles[order[start : start + LEAF_CELLS]].std(axis=0).prod() for start in starts]
    assert np.mean(within) < middles.std(axis=0).prod() / 10


def test_a_tree_that_holds_something_is_left_alone():
    connection, (ids, boxes) = empty_tree(), some_boxes(100)
    connection.query("INSERT INTO tree VALUES (1,0,1,0,1,0,1,0,1,0,1)")
    with pytest.raises(StoreError) as refused:
        pack_boxes(connection, "tree", ids, boxes)
    assert refused.value.code == "store.packing.unsound"


def test_what_sqlite_finds_fault_with_is_refused():
    connection, (ids, boxes) = empty_tree(), some_boxes(100)
    ids[1] = ids[0]
    with pytest.raises(StoreError):
        pack_boxes(connection, "tree", ids, boxes)
    connection, (ids, boxes) = empty_tree(), some_boxes(100)
    boxes[3, 0], boxes[3, 1] = 5, 4  # ends before it begins
    with pytest.raises(StoreError) as refused:
        pack_boxes(connection, "tree", ids, boxes)
    assert refused.value.code == "store.packing.unsound"
