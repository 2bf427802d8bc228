"""What a measurement gives, and what it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

Progress = Callable[[str, int, int], None]
"""Told (what, done, of how many) on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: what was asked (a limit of `ours`, or of ours / floor where `relative`), and what came out."""

    name: str
    what: str
    unit: str
    ours: float
    floor: float | None = None
    limit: float | None = None
    relative: bool = False
    at_least: bool = False
    flaw: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Ours / floor; None where there is no floor."""
        return self.ours / self.floor if self.floor else None

    @property
    def holds(self) -> bool | None:
        """Whether what was asked is reached; None where nothing was asked."""
        if self.limit is None:
            return None
        value = self.ratio if self.relative else self.ours
        if value is None or self.flaw:
            return False
        return value >= self.limit if self.at_least else value <= self.limit

    @property
    def asked(self) -> str:
        """What was asked, in words."""
        if self.limit is None:
            return ""
        relation = "at least" if self.at_least else "at most"
        return f"{relation} {self.limit:,g} {'x the floor' if self.relative else self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured."""

    messages: int = 300
    pipelined: int = 12_000
    cut_s: float = 20.0
    cut_messages: int = 50
    kill_messages: int = 500
    kill_rate: int = 50
    queued: int = 10_000
    entries: int = 1_000_000
    rounds: int = 5
    settle_s: float = 1.0
    witnessed: int = 10_000
    rings: int = 100
    calls: int = 200
    flood_calls: int = 100_000
    notices: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    filed: int = 600


FULL: Final = Sizes()
QUICK: Final = replace(
    FULL,
    messages=100,
    pipelined=3_000,
    cut_s=8.0,
    queued=2_000,
    entries=100_000,
    rounds=3,
    witnessed=2_000,
    rings=30,
    flood_calls=10_000,
    notices=(1_000, 10_000),
    filed=200,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every measurement is given; `cache`: where a large record may stay for the next run."""

    folder: Path
    cache: Path
    sizes: Sizes
    progress: Progress


def milliseconds(seconds: Sequence[float]) -> float:
    """Give the median in milliseconds."""
    return median(seconds) * 1000


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Give count, median, p99, least and most, in milliseconds."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))]
    return {
        "n": len(ordered),
        "median_ms": round(milliseconds(ordered), 3),
        "p99_ms": round(p99 * 1000, 3),
        "min_ms": round(ordered[0] * 1000, 3),
        "max_ms": round(ordered[-1] * 1000, 3),
    }
