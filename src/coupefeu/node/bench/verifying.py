"""What the bench's verifying process runs: one verification of an export, with its time and memory."""

import resource
import time
from dataclasses import dataclass
from pathlib import Path

from coupefeu.record.audit import audit_record
from coupefeu.wire.note import VerifierKey


@dataclass(frozen=True, slots=True)
class Verified:
    """Seconds of one verification, and the most memory that the process ever had, before and after it."""

    seconds: float
    before_mib: float
    peak_mib: float


def verify_export(folder: Path, deep: bool) -> Verified:
    """Verify an export with the keys beside it. Raises: VerificationError, PeerError."""
    before_mib = _peak_mib()
    started = time.perf_counter()

    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            return None

    log_key = _read_key(folder / "log.vkey")
    cosigner_keys = [_read_key(path) for path in sorted((folder / "cosigners").glob("*.vkey"))]
    audit = audit_record(read, log_key, cosigner_keys, deep=deep)
    assert audit.cosigned
    return Verified(time.perf_counter() - started, before_mib, _peak_mib())


def _read_key(path: Path) -> VerifierKey:
    return VerifierKey.parse(path.read_text("ascii").strip())


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
