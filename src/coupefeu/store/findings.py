"""What `fsck` reports: each defect with its place and what to do, and what was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

MAX_FINDINGS: Final = 1_000
"""Kept one by one; more are counted, so that memory stays flat whatever is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect. `code` is stable: `store.fsck.<subject>`; `where` names the rows or the file."""

    code: str
    what: str
    where: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What was looked at in one log; `withheld`: entries of which only the leaf is held, `erased`: without content."""

    party: str
    size: int
    entries: int
    withheld: int
    erased: int
    checkpoints: int
    cosignatures: int
    runs: int
    run_receipts: int
    attachments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of one check; `more` findings were counted and not kept."""

    findings: tuple[Finding, ...]
    more: int
    logs: tuple[LogReport, ...]
    evidence: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


RESTORE: Final = (
    "Stop the node, keep the folder as it is, and restore the newest backup beside it (`coupefeu restore`); "
    "the other side sends the rest."
)
REMAKE: Final = (
    "Stop the node and run `coupefeu rebuild`: it makes this anew from the leaves, which are signed for."
)


@dataclass(slots=True)
class Findings:
    """Collects defects of one place after the other."""

    kept: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, subject: str, what: str, where: str, hint: str = RESTORE) -> None:
        """Keep one more, or count it."""
        if len(self.kept) >= MAX_FINDINGS:
            self.more += 1
            return
        self.kept.append(Finding(code=f"store.fsck.{subject}", what=what, where=where, hint=hint))

    def report(self, logs: Sequence[LogReport], evidence: int) -> Report:
        """Give the result."""
        return Report(findings=tuple(self.kept), more=self.more, logs=tuple(logs), evidence=evidence)
