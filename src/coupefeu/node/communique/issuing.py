"""From a selection to the file: gathered, proved as a stranger would, put into words, signed as a whole.

draft = draft_communique(folder, reader, Wish(query=..., disclosing=...))
page = draft.page()            exactly what a reader will see
octets = draft.sign(folder)    the file
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from coupefeu.errors import ConfigError, PolicyError
from coupefeu.keys import mldsa
from coupefeu.keys.notes import LogSigner
from coupefeu.model.messages import MessageId
from coupefeu.node.assembly import marks_that_bind
from coupefeu.node.communique.choosing import Disclosing, Query, Selection, choose, choose_ranges
from coupefeu.node.communique.gathering import Wanted, gather, own_ml_dsa_key, provable, signed_notes
from coupefeu.node.folder import NodeFolder
from coupefeu.record.communique import ProvedCommunique, prove_items
from coupefeu.record.selection import Chosen, selection_digest
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.page import render_page
from coupefeu.services.communique.views import (
    SELECT_ANSWERS,
    SELECT_OF_DIGEST,
    SELECT_PROPOSAL,
    ProposalView,
    read_proposal,
)
from coupefeu.store.highwater import read_high_water, why_recovering
from coupefeu.store.reader import Reader
from coupefeu.wire.communique import Item
from coupefeu.wire.communique_file import FileSignature, format_body, signed_text
from coupefeu.wire.note import ML_DSA_44

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for: entries by a query, or those that a proposal names; `words`: how they were chosen.

    `made_ms`: when it is made (UTC), where that is not now by the folder's clock.
    """

    query: Query = field(default_factory=Query)
    disclosing: Disclosing = field(default_factory=Disclosing)
    proposal: MessageId | None = None
    embargo_ms: int | None = None
    words: str = ""
    made_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A communique that holds and is not signed yet. `unproved`: entries found that wait for a co-signature."""

    items: Sequence[Item] = field(repr=False)
    proved: ProvedCommunique = field(repr=False)
    chosen: tuple[Chosen, ...] = field(repr=False)
    unproved: int

    @property
    def digest(self) -> bytes:
        """The digest of its selection."""
        return self.proved.header.digest

    def page(self) -> bytes:
        """Give the text for people, as it will stand in the file."""
        return render_page(self.proved)

    @property
    def has_ml_dsa(self) -> bool:
        """Whether the file holds an ML-DSA-44 key of the issuer's log, so that it must be signed by that too."""
        issuer = self.proved.logs[self.proved.issuer]
        return any(key.algorithm == ML_DSA_44 and key.name == issuer.origin for key in issuer.keys)

    def body(self) -> bytes:
        """Give all that is signed: the text for people, and the data."""
        return format_body(self.page(), self.items)

    def sign(self, folder: NodeFolder) -> bytes:
        """Give the file, signed as a whole. Raises: ConfigError, PolicyError: this node may sign nothing now."""
        return sign_body(folder, self.body(), with_ml_dsa=self.has_ml_dsa)


def sign_body(folder: NodeFolder, body: bytes, *, with_ml_dsa: bool) -> bytes:
    """Give the file of a draft's `body`; `with_ml_dsa`: the draft's `has_ml_dsa`.

    Raises: ConfigError, PolicyError: this node may sign nothing now, or our keys are others than when it was drafted.
    """
    insist_signing(folder)
    origin = folder.log_origin
    signer = LogSigner(origin, folder.ring.log)
    text = signed_text(origin, sha256(body).digest())
    signature = FileSignature(origin=origin, key_id=signer.vkey.key_id, signature=signer.sign_raw(text))
    if with_ml_dsa:
        seed, key = folder.ring.log_mldsa, own_ml_dsa_key(folder)
        if seed is None or key is None:
            raise ConfigError(
                "the ML-DSA-44 key of our log, which signs it too, is not here",
                code="node.communique.no_ml_dsa",
                hint="Put keys/log-mldsa.key back, or draft it anew.",
            )
        signed = mldsa.sign(seed, text.encode())
        signature = replace(signature, ml_dsa_key_id=key.key_id, ml_dsa_signature=signed)
    return body + signature.line()


def draft_communique(
    folder: NodeFolder, reader: Reader, wish: Wish, progress: Progress | None = None
) -> Draft:
    """Choose, gather and prove.

    Raises: UsageError: nothing, too much, or not provable; StoreError: the record's tree is not what was signed.
    """
    with reader.one_moment():
        items, selection = _gather_chosen(folder, reader, wish, progress)
    proved = prove_items(items, promised_in, progress=progress)
    return Draft(items=items, proved=proved, chosen=selection.chosen, unproved=selection.unproved)


def _gather_chosen(
    folder: NodeFolder, reader: Reader, wish: Wish, progress: Progress | None
) -> tuple[list[Item], Selection]:
    notes = signed_notes(reader, folder)
    parties = folder.agreement.party_ids
    if wish.proposal is None:
        selection = choose(reader, parties, wish.query, wish.disclosing, provable(notes), progress)
        embargo_ms = wish.embargo_ms
    else:
        proposed = find_proposal(reader, parties, wish.proposal).proposed
        chosen = choose_ranges(reader, parties, proposed.ranges, provable(notes))
        selection, embargo_ms = Selection(chosen=chosen), proposed.embargo_ms
    digest = selection_digest(folder.line_id, embargo_ms, selection.chosen)
    wanted = Wanted(
        chosen=selection.chosen,
        made_ms=folder.clock().utc_ms if wish.made_ms is None else wish.made_ms,
        embargo_ms=embargo_ms,
        query=wish.words,
        consents=tuple(_consents(reader, parties, digest, provable(notes))),
    )
    items = list(gather(reader, folder, notes, wanted, progress))
    return items, selection


def find_proposal(reader: Reader, parties: tuple[str, ...], number: MessageId) -> ProposalView:
    """Give a proposal with its answers. Raises: PolicyError: that entry proposes nothing."""
    at = {"log": number[0], "idx": number[1]}
    for row in reader.view(SELECT_PROPOSAL, at):
        return read_proposal(row, reader.view(SELECT_ANSWERS, at), parties)
    raise PolicyError(
        "that entry proposes no communique",
        code="services.communique.no_proposal",
        hint="`coupefeu communique list` names the proposals.",
    )


def proposals_of(reader: Reader, parties: tuple[str, ...], digest: bytes) -> list[ProposalView]:
    """Give the proposals of one selection, with their answers, the first that came first."""
    found = []
    for row in reader.view(SELECT_OF_DIGEST, {"digest": digest}):
        answers = reader.view(SELECT_ANSWERS, {"log": row["log"], "idx": row["idx"]})
        found.append(read_proposal(row, answers, parties))
    return found


def _consents(
    reader: Reader, parties: tuple[str, ...], digest: bytes, sizes: dict[int, int]
) -> list[MessageId]:
    """Name the entries that propose and answer this selection: the proposal that most agreed to, and its answers."""
    proposals = proposals_of(reader, parties, digest)
    if not proposals:
        return []
    best = max(proposals, key=lambda each: sum(answer.consents for answer in each.answers))
    numbers = [best.id, *(answer.id for answer in best.answers)]
    return [(log, index) for log, index in numbers if index < sizes.get(log, 0)]


def insist_signing(folder: NodeFolder) -> None:
    """Return if this node may sign. Raises: PolicyError: our key is revoked; ConfigError: it is recovering."""
    if folder.revoked(folder.party):
        raise PolicyError(
            "a key of ours is revoked and has no successor: nothing that we sign counts",
            code="node.communique.revoked",
            hint="The other side can issue the communique.",
        )
    with Reader(folder.record_path, running=True) as reader:
        sizes = {row["log"]: row["complete"] for row in reader.logs()}
    marks = marks_that_bind(folder, read_high_water(folder.high_water_path))
    reason = why_recovering(marks, sizes)
    if reason is not None:
        raise ConfigError(
            f"this node is recovering: {reason}",
            code="node.communique.recovering",
            hint="It signs nothing until it knows how far it has signed; `coupefeu status` says more.",
        )
