"""What a verification of the records held here proves, by whose keys, between which times, and what it does not.

Codes travel, words are the reader's: `verify-proved-*` and `verify-not-proved-*` in words/.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.model.agreement import format_cosigner_name
from coupefeu.model.logs import is_log, party_of
from coupefeu.node.signed_note import SignedNote
from coupefeu.record.agreed import Finding, find_agreement, names_keys
from coupefeu.record.audit import RecordAudit
from coupefeu.services.messages.display import show_line

SIGNATURE_CODE: Final = "node.export.signature"
"""Of a signature on the record that no key of its party made."""


class RecordVerdict(StrEnum):
    """What came of it; there is no word for "safe"."""

    HOLDS = "holds"
    BROKEN = "broken"
    """A signature, hash or tree does not hold: the record here was changed, or its author's keys are not these."""
    NOT_VERIFIED = "not-verified"
    """Nothing is said of it: nobody has co-signed it yet, or this machine could not do the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderValues:
    """Who signed that it held all these entries: its party, the id of its key, the time it gave (UTC ms)."""

    party: str
    key_id: str
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedValues:
    """A neutral witness that signed for the head: its name in its lines, the id of its key, its time (UTC ms)."""

    name: str
    key_id: str
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenValues:
    """Of the log of `party`, the author of the verified one had seen `size` entries at most."""

    party: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedValues:
    """The agreement in entry 0. `names_keys`: the keys used are those that it names."""

    name: str
    status: str
    version: int
    signed_by: list[str]
    names_keys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedValues:
    """Why a record does not hold, or was not verified."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRecordValues:
    """One party's log: `size` entries under the newest co-signed checkpoint, of the `held` that are here.

    `covered`: entries before it are signed with ML-DSA-44 by both sides too; the rest is classical only so far.
    `refused` is None when it holds. `proved` and `not_proved` are codes, in the order in which they are read.
    """

    party: str
    verdict: RecordVerdict
    held: int
    size: int
    covered: int
    root: str
    log_key: str
    holders: list[HolderValues]
    witnesses: list[WitnessedValues]
    heads: int
    bodies: int
    unreadable: int
    attachments: int
    attachments_absent: int
    agreement: AgreedValues | None
    not_before: list[SeenValues]
    not_after: HolderValues | None
    proved: list[str]
    not_proved: list[str]
    refused: RefusedValues | None


def verified_values(
    party: str, held: int, audit: RecordAudit, signed: SignedNote, parties: tuple[str, ...]
) -> VerifiedRecordValues:
    """Give what a sound record proves; `parties` in the order of their logs."""
    finding = find_agreement(audit.first_body, audit.origin)
    cosigners = tuple(signed.cosigner_keys.values())
    named = finding.agreement is not None and names_keys(
        finding.agreement, signed.log_key, cosigners, finding.opened, tuple(each.key for each in audit.again)
    )
    holders = _holders(audit, signed)
    return VerifiedRecordValues(
        party=party,
        verdict=RecordVerdict.HOLDS,
        held=held,
        size=audit.size,
        covered=audit.covered,
        root=audit.root.hex(),
        log_key=audit.log_key.key_id.hex(),
        holders=holders,
        witnesses=[
            WitnessedValues(
                name=show_line(each.key.name), key_id=each.key.key_id.hex(), time_ms=each.time_s * 1_000
            )
            for each in audit.witnessed
        ],
        heads=audit.heads,
        bodies=audit.bodies,
        unreadable=audit.unreadable_count,
        attachments=audit.attachments,
        attachments_absent=audit.attachments_absent,
        agreement=_agreed(finding, named=named),
        not_before=[
            SeenValues(party=party_of(each.log, parties), size=each.size)
            for each in audit.seen
            if is_log(each.log, len(parties))
        ],
        not_after=min(holders, key=lambda each: each.time_ms, default=None),
        proved=_proved(audit, finding, holders, named=named),
        not_proved=_not_proved(audit, finding, holders, named=named, newer=held - audit.size),
        refused=None,
    )


def refused_values(party: str, held: int, error: CoupefeuError) -> VerifiedRecordValues:
    """Give a record that does not hold, or that was not verified: nothing is proved."""
    return VerifiedRecordValues(
        party=party, verdict=_verdict(error), held=held, size=0, covered=0, root="", log_key="", holders=[],
        witnesses=[], heads=0, bodies=0, unreadable=0, attachments=0, attachments_absent=0, agreement=None,
        not_before=[], not_after=None, proved=[], not_proved=[],
        refused=RefusedValues(code=error.code, message=error.message, hint=error.hint),
    )  # fmt: skip


def _verdict(error: CoupefeuError) -> RecordVerdict:
    """Tell what is broken from what could not be looked at."""
    broken = isinstance(error, (PeerError, VerificationError)) or error.code == SIGNATURE_CODE
    return RecordVerdict.BROKEN if broken else RecordVerdict.NOT_VERIFIED


def _holders(audit: RecordAudit, signed: SignedNote) -> list[HolderValues]:
    """Leave out the log's own party: its word for what it holds itself is no receipt."""
    own = format_cosigner_name(audit.origin)
    by_name = {key.name: party for party, key in signed.cosigner_keys.items()}
    return [
        HolderValues(party=by_name[each.key.name], key_id=each.key.key_id.hex(), time_ms=each.time_s * 1_000)
        for each in audit.cosigned
        if each.key.name != own
    ]


def _agreed(finding: Finding, *, named: bool) -> AgreedValues | None:
    if finding.signed is None:
        return None
    agreement = finding.signed.agreement
    return AgreedValues(
        name=agreement.name,
        status=agreement.status.value,
        version=agreement.version,
        signed_by=[each.party for each in finding.signed.signatures],
        names_keys=named,
    )


def _proved(audit: RecordAudit, finding: Finding, holders: list[HolderValues], *, named: bool) -> list[str]:
    found = {
        "entries": True,
        "held": bool(holders),
        "witnessed": bool(audit.witnessed),
        "contents": bool(audit.heads),
        "attachments": bool(audit.attachments),
        "agreement": finding.signed is not None,
        "keys": named,
        "again": audit.covered > 0,
    }
    return [code for code, holds in found.items() if holds]


def _not_proved(
    audit: RecordAudit, finding: Finding, holders: list[HolderValues], *, named: bool, newer: int
) -> list[str]:
    found = {
        "truth": True,
        "person": True,
        "written": True,
        "identities": named,
        "keys": not named,
        "status": finding.signed is None,
        "held": not holders,
        "classical": audit.covered < audit.size,
        "newer": newer > 0,
        "branch": not audit.witnessed,
        "unwitnessed-branch": bool(audit.witnessed),
        "unreadable": bool(audit.unreadable_count),
        "attachments": bool(audit.attachments_absent),
    }
    return [code for code, holds in found.items() if holds]
