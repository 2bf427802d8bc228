"""An R*Tree filled at once: rows sorted in space and time, cut into full nodes, written as SQLite reads them.

    root      node 1, names its height
    inner     51 cells: a box, and the node that holds what lies in it
    leaves    46 cells: a box, and its row; the rest of the place is for rows that come later

It takes less than half the processor time of one insert after the other, and a search in it as well; SQLite's own
`rtreecheck` judges what was written (https://sqlite.org/rtree.html, "Shadow Tables").
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from coupefeu.errors import StoreError
from coupefeu.store.sqlite import Connection, Translated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Boxes = NDArray[np.int32]
    Numbers = NDArray[np.int64]

DIMENSIONS: Final = 5
CELL_BYTES: Final = 8 + 8 * DIMENSIONS
NODE_CELLS: Final = 51
"""SQLite puts no more into a node, whatever the page."""
LEAF_CELLS: Final = 46
"""A tenth is left free: into a full leaf the next insert costs ten times as much, for it is split."""
NODE_BYTES: Final = 4 + NODE_CELLS * CELL_BYTES

Progress = Callable[[int, int], None]
"""Rows done, rows in all."""


def pack_boxes(
    connection: Connection,
    name: str,
    ids: "Numbers",
    boxes: "Boxes",
    progress: Progress | None = None,
) -> None:
    """Fill an empty R*Tree of five whole-number dimensions, within the open transaction.

    `ids`: n row numbers, each another; `boxes`: n x 10, least and most of each dimension in turn.

    Raises: StoreError: the tree was not empty, or SQLite finds fault with it.
    """
    _insist_empty(connection, name)
    if len(ids):
        for level in _levels(ids, boxes):
            level.write(connection, name)
            if progress is not None and level.is_of_rows:
                progress(len(ids), len(ids))
    ((said,),) = connection.query("SELECT rtreecheck(?)", (name,))
    if said != "ok":
        raise _broken(name, str(said))


def _insist_empty(connection: Connection, name: str) -> None:
    nodes = f'SELECT count(*), max(length(data)) FROM "{name}_node"'  # noqa: S608 - a declared name
    rows = f'SELECT 1 FROM "{name}_rowid" LIMIT 1'  # noqa: S608 - a declared name
    ((count, bytes_),) = connection.query(nodes)
    if count != 1 or bytes_ != NODE_BYTES or connection.query(rows).fetchone() is not None:
        raise _broken(name, f"it has {count} nodes of {bytes_} bytes before it is filled")


def _broken(name: str, what: str) -> StoreError:
    return StoreError(
        f"the index {name} is not sound: {what}",
        code="store.packing.unsound",
        hint="Stop the node and run `coupefeu rebuild`: it makes the index anew from the record, which stays as it is.",
    )


class _Level:
    """The nodes of one height: which cells each holds, and its number."""

    def __init__(
        self, ids: "Numbers", boxes: "Boxes", starts: "Numbers", numbers: "Numbers", height: int | None
    ) -> None:
        """Take cells; `starts`: of each node its first, `height`: of the root, None for all others."""
        self.is_of_rows = False
        self._ids, self._boxes, self._starts, self._numbers, self._height = (
            ids,
            boxes,
            starts,
            numbers,
            height,
        )

    def write(self, connection: Connection, name: str) -> None:
        """Write the nodes, and where each cell's row or node lies."""
        import numpy as np  # noqa: PLC0415 - a node that files no notice does without

        ends = np.append(self._starts[1:], len(self._ids))
        holders = np.repeat(self._numbers, ends - self._starts)
        order = np.argsort(self._ids)
        holding = zip(self._ids[order].tolist(), holders[order].tolist(), strict=True)
        table = "rowid" if self.is_of_rows else "parent"
        nodes = f'INSERT OR REPLACE INTO "{name}_node" VALUES (?, ?)'  # noqa: S608 - a declared name
        held = f'INSERT INTO "{name}_{table}" VALUES (?, ?)'  # noqa: S608 - a declared name
        with Translated():
            connection.raw.executemany(nodes, self._nodes())
            connection.raw.executemany(held, holding)

    def _nodes(self) -> Iterator[tuple[int, bytes]]:
        import numpy as np  # noqa: PLC0415 - as above

        cells = np.empty(len(self._ids), np.dtype([("id", ">i8"), ("box", ">i4", (2 * DIMENSIONS,))]))
        cells["id"], cells["box"] = self._ids, self._boxes
        octets = cells.tobytes()
        height = (self._height or 0).to_bytes(2, "big")
        starts = self._starts.tolist()
        for number, start, end in zip(
            self._numbers.tolist(), starts, [*starts[1:], len(self._ids)], strict=True
        ):
            content = (
                height + (end - start).to_bytes(2, "big") + octets[start * CELL_BYTES : end * CELL_BYTES]
            )
            yield number, content.ljust(NODE_BYTES, b"\0")


def _levels(ids: "Numbers", boxes: "Boxes") -> list[_Level]:
    """Cut rows into leaves, leaves into inner nodes, until one node holds all."""
    import numpy as np  # noqa: PLC0415 - as above

    order, starts = sort_boxes(boxes)
    heights = [(boxes[order], starts)]
    while len(starts) > 1:
        boxes = _around(*heights[-1])
        starts = np.arange(0, len(boxes), NODE_CELLS)
        heights.append((boxes, starts))
    numbers = _number([len(starts) for _, starts in heights])
    levels = []
    for height, (boxes, starts) in enumerate(heights):
        cells = ids[order] if height == 0 else numbers[height - 1]
        is_root = height == len(heights) - 1
        level = _Level(cells, boxes, starts, numbers[height], height if is_root else None)
        level.is_of_rows = height == 0
        levels.append(level)
    return levels


def _around(boxes: "Boxes", starts: "Numbers") -> "Boxes":
    """Give the box around the cells of each node."""
    import numpy as np  # noqa: PLC0415 - as above

    around = np.empty((len(starts), boxes.shape[1]), boxes.dtype)
    around[:, 0::2] = np.minimum.reduceat(boxes[:, 0::2], starts, axis=0)
    around[:, 1::2] = np.maximum.reduceat(boxes[:, 1::2], starts, axis=0)
    return around


def _number(counts: list[int]) -> list["Numbers"]:
    """Give the nodes of each height their numbers: the root is 1, and below it one after the other."""
    import numpy as np  # noqa: PLC0415 - as above

    numbers, following = [], 1
    for count in reversed(counts):
        numbers.append(np.arange(following, following + count))
        following += count
    return numbers[::-1]


def sort_boxes(boxes: "Boxes") -> tuple["Numbers", "Numbers"]:
    """Order boxes so that near ones stand together, and cut the order into leaves; gives order and starts.

    Each part is halved, at a multiple of full nodes, along the dimension in which its middles lie furthest apart,
    measured by how long a box commonly is there: a search then meets few nodes in whatever it narrows down.
    """
    import numpy as np  # noqa: PLC0415 - as above

    least, most = boxes[:, 0::2].astype(np.float64), boxes[:, 1::2].astype(np.float64)
    middles = (least + most) / (2 * np.maximum(np.median(most - least, axis=0), 1.0))
    middles -= middles.mean(axis=0)
    order, starts = np.arange(len(boxes)), np.zeros(1, np.int64)
    while True:
        sizes = np.diff(np.append(starts, len(boxes)))
        is_cut = sizes > LEAF_CELLS
        if not is_cut.any():
            return order, starts
        order = _sort_parts(middles, order, starts, sizes, is_cut)
        unit = _unit(sizes)
        cuts = starts + (-(-sizes // unit) // 2) * unit
        starts = np.sort(np.concatenate((starts, cuts[is_cut])))


def _unit(sizes: "Numbers") -> "Numbers":
    """Give how many rows the largest full node holds that is smaller than a part."""
    import numpy as np  # noqa: PLC0415 - as above

    unit = np.full(len(sizes), LEAF_CELLS)
    while (larger := unit * NODE_CELLS < sizes).any():
        unit = np.where(larger, unit * NODE_CELLS, unit)
    return unit


def _sort_parts(
    middles: "NDArray[np.float64]",
    order: "Numbers",
    starts: "Numbers",
    sizes: "Numbers",
    is_cut: "NDArray[np.bool_]",
) -> "Numbers":
    """Sort each part that is cut along the dimension in which it is widest."""
    import numpy as np  # noqa: PLC0415 - as above

    here = middles[order]
    mean = np.add.reduceat(here, starts, axis=0) / sizes[:, None]
    spread = np.add.reduceat(here * here, starts, axis=0) / sizes[:, None] - mean * mean
    part = np.repeat(np.arange(len(sizes)), sizes)
    along = here[np.arange(len(here)), spread.argmax(axis=1)[part]]
    along[~is_cut[part]] = 0.0
    sorted_: Numbers = order[np.lexsort((along, part))]
    return sorted_
