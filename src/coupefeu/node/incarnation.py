"""Opening a new incarnation of our own log: fresh keys, the identity's word for them, and what the old log stands for.

    keys/*.next          the fresh keys, before anything is said of them
    highwater            a mark of the new log, 0 entries: in this folder, and in no copy of it, these keys are fresh
    agreement/US.2.incarnation   the statement: from now on the folder is of the new log
    highwater            begun anew with that mark alone

Each step may be repeated; cut off in between, the same command goes on, while that mark stands: without it the keys may
have signed elsewhere, and the incarnation after them is opened. The next start writes entry 0 (protocol A13).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError, PolicyError, UsageError, VerificationError
from coupefeu.keys.incarnations import build_opening_body, sign_incarnation, verify_incarnation
from coupefeu.keys.ring import make_secret, public_half, stage_key
from coupefeu.model.logs import incarnation_of, log_number
from coupefeu.node.assembly import marks_that_bind
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_agreement_version, save_incarnation
from coupefeu.node.running import is_running
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.record.tree import Frontier
from coupefeu.store.highwater import read_high_water, why_recovering, write_high_water
from coupefeu.store.line import need_author
from coupefeu.store.reader import Reader
from coupefeu.store.reconciling import SUPERSEDED
from coupefeu.wire.incarnation import Incarnation, SignedIncarnation
from coupefeu.wire.key_statement import KeyRole

_ROLES: Final = (KeyRole.LOG, KeyRole.COSIGNER)
_ML_DSA_ROLES: Final = (KeyRole.LOG_ML_DSA, KeyRole.COSIGNER_ML_DSA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What the old log stands for when it is closed.

    `size` and `root`: the last checkpoint that another party co-signed, before any fork; `held`: entries of ours that
    are here, those behind `size` on our record alone. `reason`: why a new incarnation is called for; empty: nothing
    calls for one. `fork`: the proof of two branches that it cites.
    """

    log: int
    size: int
    root: bytes
    held: int
    reason: str
    fork: bytes = b""


def find_closing(folder: NodeFolder, fork: bytes = b"") -> Closing:
    """Read where our log can be closed.

    Raises: StoreError; VerificationError: the proof is not of our log; PolicyError: it was closed since this copy.
    """
    log = folder.log_number
    empty = Closing(log=log, size=0, root=Frontier().root(), held=0, reason=_why_recovering(folder, {}))
    if not folder.record_path.exists():
        return empty
    with Reader(folder.record_path, running=is_running(folder)) as reader:
        _insist_newest(reader, log)
        rows = {row["log"]: row for row in reader.logs()}
        kept = [row["proof"] for row in reader.evidence() if row["log"] == log]
        proof = fork or (kept[0] if kept else b"")
        most = _forked_at(folder, proof) if proof else rows[log]["size"] if log in rows else 0
        agreed = reader.agreed_checkpoint(log, most)
    reason = _why_recovering(folder, {each: row["complete"] for each, row in rows.items()})
    if proof:
        reason = f"two branches of this log are signed: they part at entry {most:,}"
    held = rows[log]["size"] if log in rows else 0
    found = replace(empty, held=held, reason=reason, fork=proof)
    return found if agreed is None else replace(found, size=agreed[0], root=agreed[1])


def _insist_newest(reader: Reader, log: int) -> None:
    """Refuse where a counterpart showed that our identity has opened the next one. Raises: PolicyError."""
    if reader.is_closed_since(log):
        raise PolicyError(
            "our identity key has opened a later log since this copy of the record was made",
            code="node.incarnation.superseded",
            hint=SUPERSEDED,
        )


def open_incarnation(
    folder: NodeFolder, closing: Closing, make_key: Callable[[str], bytes] = make_secret
) -> SignedIncarnation:
    """Open it; the folder must have been opened with the identity key, and no process may run the node.

    Raises: ConfigError: the node runs, or the identity key is not at hand or another one; PeerError: it does not fit
    an entry.
    """
    insist_stopped(folder)
    unfinished = find_unfinished(folder)
    fresh = closed_log(folder, unfinished.statement) if unfinished is not None else folder.log_number
    mark = {fresh + len(folder.agreement.parties): (0, b"")}
    if unfinished is None:
        unfinished = _sign(folder, closing, make_key)
        write_high_water(folder.high_water_path, _marks_so_far(folder) | mark)
        save_incarnation(folder.path, unfinished)
    write_high_water(folder.high_water_path, mark)
    return unfinished


def _marks_so_far(folder: NodeFolder) -> dict[int, tuple[int, bytes]]:
    """Give the marks that stand; where the file is missing, none of our log, so that its loss is still seen."""
    marks = read_high_water(folder.high_water_path)
    return {} if marks is None else {folder.log_number: (0, b"")} | dict(marks)


def insist_stopped(folder: NodeFolder) -> None:
    """Refuse while a process signs with the old keys. Raises: ConfigError."""
    if is_running(folder):
        raise ConfigError(
            "the node runs, and signs with the keys that are to be replaced",
            code="node.incarnation.running",
            hint="Stop it (Ctrl-C where `coupefeu up` runs), open the incarnation, and start it again.",
        )


def find_unfinished(folder: NodeFolder) -> SignedIncarnation | None:
    """Give the incarnation that was opened and has no entry yet: opening goes on with it.

    Only while its mark stands in the high-water file: else this is a copy, and its keys may have signed elsewhere.
    """
    ours = [each for each in folder.need_line().incarnations if each.statement.party == folder.party]
    if not ours or folder.log_number not in (read_high_water(folder.high_water_path) or {}):
        return None
    if not folder.record_path.exists():
        return ours[-1]
    with Reader(folder.record_path, running=is_running(folder)) as reader:
        sizes = {row["log"]: row["size"] for row in reader.logs()}
    return None if sizes.get(folder.log_number) else ours[-1]


def _sign(folder: NodeFolder, closing: Closing, make_key: Callable[[str], bytes]) -> SignedIncarnation:
    parties = len(folder.agreement.parties)
    roles = (*_ROLES, *(_ML_DSA_ROLES if folder.ring.log_mldsa is not None else ()))
    fresh = {role: make_key(role.value) for role in roles}
    halves = {role: public_half(role.value, secret) for role, secret in fresh.items()}
    statement = Incarnation(
        line_id=folder.line_id,
        party=folder.party,
        incarnation=incarnation_of(folder.log_number, parties) + 1,
        log_key=halves[KeyRole.LOG],
        cosigner_key=halves[KeyRole.COSIGNER],
        log_ml_dsa_sha256=halves.get(KeyRole.LOG_ML_DSA, b""),
        cosigner_ml_dsa_sha256=halves.get(KeyRole.COSIGNER_ML_DSA, b""),
        size=closing.size,
        root=closing.root,
        fork_sha256=_digest(closing.fork),
    )
    identity = folder.ring.need_identity()
    signed = sign_incarnation(identity, statement, fresh[KeyRole.LOG], fresh[KeyRole.COSIGNER], closing.fork)
    try:
        verify_incarnation(signed, folder.agreement)
    except VerificationError as error:
        raise ConfigError(
            "this identity key is not the one that the agreement names for us",
            code="node.incarnation.other_identity",
            hint="Bring the identity key of this line.",
        ) from error
    build_opening_body(read_agreement_version(folder.path, 1), signed)
    for role, secret in fresh.items():
        stage_key(folder.path / "keys", role.value, secret)
    return signed


def _digest(fork: bytes) -> bytes:
    return sha256(fork).digest() if fork else b""


def _forked_at(folder: NodeFolder, proof: bytes) -> int:
    """Give the entry at which a proof parts our log; raises VerificationError: it is not of our log."""
    author = need_author(folder.parties, folder.log_number)
    return verify_equivocation(proof, *author.keys_of(KeyRole.LOG)).index


def _why_recovering(folder: NodeFolder, sizes: dict[int, int]) -> str:
    marks = marks_that_bind(folder, read_high_water(folder.high_water_path))
    return why_recovering(marks, sizes) or ""


def insist_called_for(closing: Closing) -> None:
    """Refuse where nothing calls for it. Raises: PolicyError."""
    if not closing.reason:
        raise PolicyError(
            "nothing calls for a new incarnation: this record is as new as what was signed, and no fork is known",
            code="node.incarnation.uncalled",
            hint="If the counterpart asks for one, give its proof with --fork FILE; else --anyway.",
        )


def read_fork(path: Path) -> bytes:
    """Read a proof that the counterpart gave. Raises: UsageError."""
    try:
        return path.read_bytes()[: 1 << 16]
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror}", code="node.incarnation.fork", hint="Check the name."
        ) from error


def closed_log(folder: NodeFolder, statement: Incarnation) -> int:
    """Give the number of the log that a statement closes."""
    parties = folder.agreement.party_ids
    return log_number(parties.index(statement.party), statement.incarnation - 1, len(parties))
