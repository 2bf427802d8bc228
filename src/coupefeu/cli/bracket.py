"""Between what an entry was written, in words: not before what its author had seen, not after it was co-signed.

An author's own time alone proves nothing. Source: protocol A3, A9.
"""

from collections.abc import Sequence
from typing import Any

from coupefeu.model.agreement import Agreement, format_cosigner_name
from coupefeu.model.entry import Seen
from coupefeu.model.instant import Instant, format_instant
from coupefeu.model.logs import party_of
from coupefeu.model.messages import format_log
from coupefeu.record.audit import RecordAudit
from coupefeu.record.evidence import ProofAudit
from coupefeu.record.signatures import Cosigned

NO_COSIGNATURE = "Not after: no other party's co-signature is shown."


def first_cosigned(audit: RecordAudit | ProofAudit) -> Cosigned | None:
    """Give the earliest co-signature that is shown, a witness's too; a party's word for its own log bounds nothing."""
    own = format_cosigner_name(audit.origin)
    others = [each for each in (*audit.cosigned, *audit.witnessed) if each.time_s and each.key.name != own]
    return min(others, key=lambda each: each.time_s, default=None)


def proof_bracket(audit: ProofAudit, agreement: Agreement | None) -> list[str]:
    """Say it of one entry."""
    if audit.head is None:
        before = [
            "Not before: what its author had seen is in its head, which is not shown or cannot be read."
        ]
    elif not audit.head.seen:
        before = ["Not before: its head names nothing that its author had seen."]
    else:
        before = [
            f"Not before entry {each.size - 1:,} of {_log(each.log, agreement)}: its author had seen {_held(each)}."
            for each in audit.head.seen
            if each.size
        ]
    first = first_cosigned(audit)
    if first is None:
        return [*before, NO_COSIGNATURE]
    after = (
        f"Not after the second {_second(first)}: the time that {first.key.name} gave when it signed for a log that "
        "holds this entry. An earlier co-signature may stand on a record."
    )
    return [*before, after, "Each bound is as good as the clock and the keys of who gave it."]


def record_bracket(audit: RecordAudit, agreement: Agreement | None, *, deep: bool) -> list[str]:
    """Say it of all entries of a record in sum."""
    first = first_cosigned(audit)
    after = (
        NO_COSIGNATURE
        if first is None
        else f"No entry after the second {_second(first)}: the time that {first.key.name} gave when it signed for "
        "all of them."
    )
    if not deep:
        return [
            "Not before: the heads, which name what their author had seen, were not read (--deep).",
            after,
        ]
    named = f"{audit.seen_heads:,} of the {audit.heads:,} heads shown name what their author had seen."
    newest = [
        f"The newest of {_log(each.log, agreement)} is entry {each.size - 1:,}: the author had seen {_held(each)}. "
        "What names it was not written before it."
        for each in audit.seen
        if each.size
    ]
    return [named, *newest, after]


def bracket_values(
    audit: RecordAudit | ProofAudit, seen: Sequence[Seen], agreement: Agreement | None
) -> dict[str, Any]:
    """Give the same for programs; `not_before` is of each log the most that was seen."""
    first = first_cosigned(audit)
    return {
        "not_before": [
            {
                "log": each.log,
                "party": _party(each.log, agreement),
                "size": each.size,
                "root": each.root.hex(),
            }
            for each in seen
        ],
        "not_after": None if first is None else {"name": first.key.name, "time_s": first.time_s},
    }


def _held(seen: Seen) -> str:
    return f"{seen.size:,} entries with the root {seen.root.hex()}"


def _party(log: int, agreement: Agreement | None) -> str | None:
    ids = () if agreement is None else agreement.party_ids
    return party_of(log, ids) or None


def _log(log: int, agreement: Agreement | None) -> str:
    is_known = agreement is not None and _party(log, agreement) is not None
    return (
        f"the log of {format_log(log, agreement.party_ids)}"
        if agreement and is_known
        else f"log number {log}"
    )


def _second(cosigned: Cosigned) -> str:
    return format_instant(Instant(cosigned.time_s * 1_000)).replace(".000", "")
