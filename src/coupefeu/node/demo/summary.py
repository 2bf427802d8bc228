"""What a demo showed."""

from dataclasses import dataclass, field

from coupefeu.node.demo.loading import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as it went; `detail` says in words what was seen."""

    name: str
    ok: bool
    seconds: float
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRecord:
    """The record of `party` as `node` holds it: entries, and how many of them the counterpart has co-signed."""

    node: str
    party: str
    size: int
    cosigned: int


@dataclass(slots=True)
class Summary:
    """What a demo showed; `lost` and `doubled` count texts that were sent against those that arrived."""

    steps: list[Step] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    records: list[VerifiedRecord] = field(default_factory=list)
    loaded: Loaded | None = None
    """What became of files of notices, where any were given."""

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return bool(self.steps) and all(step.ok for step in self.steps) and not (self.lost or self.doubled)
