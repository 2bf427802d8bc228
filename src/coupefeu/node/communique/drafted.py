"""What a draft holds, as values for whoever chooses: every entry, what it is, how much is shown and could be."""

from dataclasses import dataclass
from typing import Final

from coupefeu.model.messages import format_number
from coupefeu.node.communique.choosing import held_level
from coupefeu.node.communique.issuing import Draft
from coupefeu.node.entries import head_of, kind_of
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import Chosen, Disclosed
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.consent import judge_consent
from coupefeu.services.messages.display import show_line
from coupefeu.store.reader import Reader

MAX_ROWS: Final = 1_000
"""Entries that are listed one by one; the counts are of all."""
_LEVELS: Final = tuple(Disclosed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedAttachment:
    """An attachment that a message promises: its name safe to show; `held`: it is here; `shown`: it is disclosed."""

    attachment: int
    name: str
    size: int
    held: bool
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedEntry:
    """One entry chosen. `held`: the most that could be disclosed; `disclosed`: what is."""

    number: str
    kind: str
    from_post: str
    written_ms: int | None
    held: str
    disclosed: str
    attachments: tuple[DraftedAttachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedValues:
    """A selection and what came of it. `unproved`: entries found that wait for a co-signature, and are left out.

    `digest` names the selection, in hexadecimal; `awaited`: the parties that have not agreed on the record to show it.
    """

    digest: str
    entries: tuple[DraftedEntry, ...]
    total: int
    existence: int
    heads: int
    whole: int
    unproved: int
    awaited: tuple[str, ...]
    embargo_ms: int | None


def drafted_values(folder: NodeFolder, reader: Reader, draft: Draft) -> DraftedValues:
    """List a draft."""
    counts = {level: sum(each.disclosed is level for each in draft.chosen) for level in _LEVELS}
    names = folder.agreement.party_ids
    return DraftedValues(
        digest=draft.digest.hex(),
        entries=tuple(_entry(reader, names, each) for each in draft.chosen[:MAX_ROWS]),
        total=len(draft.chosen),
        existence=counts[Disclosed.EXISTENCE],
        heads=counts[Disclosed.HEAD],
        whole=counts[Disclosed.ALL],
        unproved=draft.unproved,
        awaited=judge_consent(draft.proved).missing,
        embargo_ms=draft.proved.header.embargo_ms,
    )


def _entry(reader: Reader, names: tuple[str, ...], chosen: Chosen) -> DraftedEntry:
    row = reader.entry(chosen.log, chosen.index)
    head = head_of(row)
    promised = () if head is None or row["body"] is None else promised_in(head, row["body"])
    held = reader.held_attachments(chosen.log, chosen.index) if promised else ()
    return DraftedEntry(
        number=format_number((chosen.log, chosen.index), names),
        kind=kind_of(row, head),
        from_post="" if head is None else show_line(head.from_post),
        written_ms=None if head is None else head.written_ms,
        held=held_level(row),
        disclosed=chosen.disclosed,
        attachments=tuple(
            DraftedAttachment(
                attachment=number,
                name=show_line(each.name),
                size=each.size,
                held=number in held,
                shown=number in chosen.attachments,
            )
            for number, each in enumerate(promised)
        ),
    )
