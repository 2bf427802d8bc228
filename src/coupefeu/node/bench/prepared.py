"""The notices of `plans.py` as an index takes them; 10^6 take minutes to prepare, so they stay for the next run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coupefeu.node.bench.figures import Progress
from coupefeu.node.bench.plans import Plans, make_plans
from coupefeu.services.notices.boxes import ALWAYS_S, encode_boxes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TOLD_EVERY: Final = 1_000
_PROVED: Final = 64
"""So many are prepared anew to see whether what was kept is what this program makes."""


@dataclass(frozen=True, slots=True)
class PreparedPlans:
    """Notices, and for each what is compared (bytes) and its one box; `ours` is what party 0 files."""

    plans: Plans
    data: bytes
    first: "NDArray[np.int64]"
    boxes: bytes

    def prepared(self, number: int) -> bytes:
        """Give what is compared of one notice."""
        return self.data[int(self.first[number]) : int(self.first[number + 1])]

    def row(self, number: int, arrival: int) -> dict[str, Any]:
        """Give one notice as the index keeps it."""
        side = int(self.plans.party[number])
        size = len(self.boxes) // len(self.plans)
        return {
            "arrival": arrival,
            "came_arrival": arrival,
            "arrived_ms": 0,
            "since_s": ALWAYS_S,
            "root_log": side,
            "root_idx": arrival,
            "version_log": side,
            "version_idx": arrival,
            "ours": side == 0,
            "boxes": self.boxes[number * size : (number + 1) * size],
            "prepared": self.prepared(number),
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give all of them, in the order in which they begin: one arrives much before another only rarely."""
        for arrival, number in enumerate(self.plans.start_s.argsort(kind="stable").tolist(), 1):
            yield self.row(number, arrival)


def prepare_plans(cache: Path, count: int, seed: int, progress: Progress) -> PreparedPlans:
    """Make notices up and prepare them, or read what an earlier run has kept."""
    plans = make_plans(count, seed)
    kept = cache / f"notices-{count}-{seed}.npz"
    found = _read(kept, plans) if kept.exists() else None
    if found is None:
        found = _prepare(plans, progress)
        _keep(kept, found)
    return found


def _prepare(plans: Plans, progress: Progress) -> PreparedPlans:
    import numpy as np  # noqa: PLC0415 - only the bench of notices needs it

    from coupefeu.deconfliction import prepare  # noqa: PLC0415 - as above

    data, boxes, sizes = bytearray(), bytearray(), [0]
    for done, volume in enumerate(plans.volumes(), 1):
        ready = prepare([volume])
        data += ready.to_bytes()
        boxes += encode_boxes(ready.boxes)
        sizes.append(len(data))
        if done % _TOLD_EVERY == 0 or done == len(plans):
            progress("notices prepared", done, len(plans))
    return PreparedPlans(plans, bytes(data), np.array(sizes), bytes(boxes))


def _keep(path: Path, made: PreparedPlans) -> None:
    import numpy as np  # noqa: PLC0415 - as above

    beside = path.with_suffix(".new.npz")
    np.savez(
        beside,
        data=np.frombuffer(made.data, np.uint8),
        first=made.first,
        boxes=np.frombuffer(made.boxes, np.uint8),
    )
    beside.replace(path)


def _read(path: Path, plans: Plans) -> PreparedPlans | None:
    """Read what was kept; None: another version of this program made it."""
    import numpy as np  # noqa: PLC0415 - as above

    from coupefeu.deconfliction import prepare  # noqa: PLC0415 - as above

    with np.load(path) as kept:
        found = PreparedPlans(plans, kept["data"].tobytes(), kept["first"], kept["boxes"].tobytes())
    for number in range(min(_PROVED, len(plans))):
        ready = prepare([plans.volume(number)])
        row = found.row(number, 0)
        if (row["prepared"], row["boxes"]) != (ready.to_bytes(), encode_boxes(ready.boxes)):
            return None
    return found
