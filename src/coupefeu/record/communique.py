"""Verification of a communique: a file that strangers read, made by one party of a line (docs/spec/communique.md).

Everything is verified while it comes, and nothing is given before its last byte holds. What is given are the proved
entries; the text that the file shows to people is no part of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.keys import mldsa
from coupefeu.keys.agreement_signatures import SignedAgreement
from coupefeu.keys.notes import verify_raw
from coupefeu.model.agreement import Agreement, format_origin
from coupefeu.model.attachments import MAX_ATTACHMENT_BYTES, Promised
from coupefeu.model.entry import Head, Kind
from coupefeu.model.logs import incarnation_of, party_of
from coupefeu.record.agreed_keys import AgreedKeys, agreed_keys, verify_versions
from coupefeu.record.attachment import verify_attachment
from coupefeu.record.disclosure import Disclosure
from coupefeu.record.enclosures import Enclosure, Promises
from coupefeu.record.leaf import check_leaf, leaf_hash
from coupefeu.record.proved_log import LogVerifier, ProvedLog
from coupefeu.record.selection import Chosen, Disclosed, selection_digest
from coupefeu.record.signatures import Cosigned
from coupefeu.record.tree import verify_inclusion
from coupefeu.wire import cbor
from coupefeu.wire.communique import (
    MAX_AMENDMENTS,
    MAX_EARLIER,
    PART_BYTES,
    AmendmentItem,
    AttachmentItem,
    ContinuedItem,
    EarlierItem,
    EntryItem,
    HeaderItem,
    Item,
    LogItem,
    Why,
    refused,
)
from coupefeu.wire.communique_file import FileReader, FileSignature, ReadLine, signed_text
from coupefeu.wire.head import decode_head
from coupefeu.wire.note import ML_DSA_44, VerifierKey

EntryId = tuple[int, int]
_BESIDE: Final[dict[Why, frozenset[int]]] = {
    Why.AGREEMENT: frozenset({Kind.AGREEMENT, Kind.KEY_STATEMENT, Kind.INCARNATION_OPENED}),
    Why.CONSENT: frozenset({Kind.COMMUNIQUE_PROPOSED, Kind.COMMUNIQUE_CONSENTED, Kind.COMMUNIQUE_REFUSED}),
}
"""What may stand beside the selection, which alone is what was consented to: the kinds, by why it is there."""
Progress = Callable[[int, int], None]
Attached = Callable[[EntryItem, Promised, AttachmentItem, bytes], None]
"""Told of each attachment that is shown, once it is proved: its entry, its promise, its first item, all its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedEntry:
    """One entry that stands in its log, and what is shown of it; `head` is None where it is not, or cannot be read."""

    item: EntryItem
    leaf_hash: bytes
    head: Head | None
    attachments: tuple[Enclosure, ...]

    @property
    def id(self) -> EntryId:
        """Its log and index."""
        return self.item.log, self.item.index

    @property
    def disclosed(self) -> Disclosed:
        """How much of it is shown."""
        if self.item.body is not None:
            return Disclosed.ALL
        return Disclosed.EXISTENCE if self.item.head is None else Disclosed.HEAD

    def chosen(self) -> Chosen:
        """Give it as the digest of the selection has it."""
        numbers = tuple(each.number for each in self.attachments if each.is_shown)
        return Chosen(
            log=self.item.log,
            index=self.item.index,
            disclosed=self.disclosed,
            attachments=numbers,
            leaf_hash=self.leaf_hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedCommunique:
    """What a communique proves. `versions`: the agreement as paired, then its amendments; `issuer`: a log number.

    `signature` is None, and `human_digest` empty, before the file is made.
    """

    header: HeaderItem
    versions: tuple[SignedAgreement, ...]
    logs: Mapping[int, ProvedLog]
    entries: tuple[ProvedEntry, ...]
    issuer: int
    keys: AgreedKeys
    signature: FileSignature | None = None
    is_post_quantum: bool = False
    """Whether the file bears an ML-DSA-44 signature of the issuer that holds."""
    human_digest: bytes = b""
    given: frozenset[VerifierKey] = frozenset()
    """Keys that the reader has by another way than this file."""

    @property
    def agreement(self) -> Agreement:
        """The newest version that is shown."""
        return self.versions[-1].agreement

    def agreement_of(self, version: int) -> Agreement:
        """Give the text that an entry names; of others, the newest."""
        found = (each.agreement for each in self.versions if each.agreement.version == version)
        return next(found, self.agreement)

    def party_of(self, log: int) -> str:
        """Name the party that writes a log."""
        return party_of(log, self.agreement.party_ids)

    def first_held(self, entry: ProvedEntry) -> Cosigned | None:
        """Give who signed first for an entry, of keys that the agreement names or the reader gave."""
        return self.logs[entry.item.log].first_held(entry.item.index, self._counts)

    def is_held_by(self, entry: ProvedEntry, party: str) -> bool:
        """Whether a signature of this party is shown that covers an entry."""
        log = self.logs[entry.item.log]
        signed = log.first_held(
            entry.item.index, lambda key: self._counts(key) and self.holder_of(key) == party.upper()
        )
        return signed is not None

    def _counts(self, key: VerifierKey) -> bool:
        return key in self.given or self.keys.names(key)

    def holder_of(self, key: VerifierKey) -> str:
        """Name the party whose cosigner signs under a key's name; "" where it is nobody's of this line."""
        line, _, _incarnation = key.name.removesuffix("/cosigner").rpartition("/")
        own = {
            self.agreement.origin(each).rpartition("/")[0]: each.upper() for each in self.agreement.party_ids
        }
        return own.get(line, "") if key.name.endswith("/cosigner") else ""

    @property
    def chosen(self) -> tuple[ProvedEntry, ...]:
        """The entries of the selection, by log and index."""
        return tuple(each for each in self.entries if each.item.why is Why.CHOSEN)


def verify_communique(
    readline: ReadLine,
    promises: Promises,
    *,
    attached: Attached | None = None,
    progress: Progress | None = None,
) -> ProvedCommunique:
    """Verify a communique to its last byte; `promises` says which attachments an entry promises.

    Raises:
        PeerError: the file breaks its form, and at which point. VerificationError: a signature, path, commitment or
        digest does not hold.
    """
    reader = FileReader(readline)
    proved = prove_items(reader.items(), promises, attached=attached, progress=progress)
    if reader.signature.origin != proved.header.origin:
        raise refused("issuer", "its header and its signature name different issuers")
    return replace(
        proved,
        signature=reader.signature,
        is_post_quantum=_verify_signature(reader, proved.logs[proved.issuer]),
        human_digest=reader.human_digest,
    )


def prove_items(
    items: Iterable[Item],
    promises: Promises,
    *,
    attached: Attached | None = None,
    progress: Progress | None = None,
) -> ProvedCommunique:
    """Verify all but the file around them: what an issuer does before it signs. Raises: as `verify_communique`."""
    verifier = _Verifier(promises, attached, progress)
    for item in items:
        verifier.take(item)
    return verifier.end()


class _Open:
    """The attachment that is coming: its promise, its first item, and what came."""

    def __init__(self, promised: Promised, item: AttachmentItem) -> None:
        self.promised, self.item = promised, item
        self.content = bytearray(item.content)


class _Verifier:
    """Takes the items in their order; each kind has its place (docs/spec/communique.md, section 2)."""

    def __init__(self, promises: Promises, attached: Attached | None, progress: Progress | None) -> None:
        self._promises, self._attached, self._progress = promises, attached, progress
        self._header: HeaderItem | None = None
        self._amendments: list[bytes] = []
        self._logs: dict[int, LogVerifier] = {}
        self._earlier = 0
        self._last_earlier: int = -1
        self._entries: list[ProvedEntry] = []
        self._entry: EntryItem | None = None
        self._hash = b""
        self._head: Head | None = None
        self._promised: tuple[Promised, ...] = ()
        self._shown: set[int] = set()
        self._note = b""
        self._open: _Open | None = None

    def take(self, item: Item) -> None:
        """Verify one more item."""
        if not isinstance(item, ContinuedItem):
            self._close_attachment()
        if (self._header is None) != isinstance(item, HeaderItem):
            raise refused("order", "its header is missing, or stands twice")
        match item:
            case HeaderItem():
                self._header = item
            case AmendmentItem():
                self._insist(not self._logs and len(self._amendments) < MAX_AMENDMENTS, "an amendment")
                self._amendments.append(item.body)
            case LogItem():
                self._take_log(item)
            case EarlierItem():
                self._take_earlier(item)
            case EntryItem():
                self._take_entry(item)
            case AttachmentItem():
                self._take_attachment(item)
            case ContinuedItem():
                self._continue_attachment(item)

    def _insist(self, holds: bool, what: str) -> None:
        if not holds:
            raise refused("order", f"{what} stands where none may stand, or too often")

    @property
    def _counts(self) -> HeaderItem:
        assert self._header is not None
        return self._header

    # --- logs ---------------------------------------------------------------------------------------------

    def _take_log(self, item: LogItem) -> None:
        in_order = not self._earlier and self._entry is None and item.number > max(self._logs, default=-1)
        self._insist(in_order and len(self._logs) < self._counts.logs, f"log {item.number:,}")
        verifier = LogVerifier(item)
        self._insist(verifier.origin not in {each.origin for each in self._logs.values()}, verifier.origin)
        self._logs[item.number] = verifier

    def _take_earlier(self, item: EarlierItem) -> None:
        in_order = self._entry is None and item.log in self._logs and item.log >= self._last_earlier
        self._insist(in_order and self._earlier < MAX_EARLIER, "an earlier checkpoint")
        self._earlier, self._last_earlier = self._earlier + 1, item.log
        self._logs[item.log].add_earlier(item)

    # --- entries ------------------------------------------------------------------------------------------

    def _take_entry(self, item: EntryItem) -> None:
        before = (-1, -1) if self._entry is None else (self._entry.log, self._entry.index)
        self._close_entry()
        in_order = item.log in self._logs and (item.log, item.index) > before
        self._insist(in_order and len(self._entries) < self._counts.entries, f"entry {item.index:,}")
        log = self._logs[item.log]
        check_leaf(item.leaf)
        self._entry, self._hash = item, leaf_hash(item.leaf)
        checkpoint = log.checkpoint
        with _naming(f"entry {item.index:,} of {log.origin}"):
            verify_inclusion(self._hash, item.index, checkpoint.size, checkpoint.root, item.path)
            self._head = _verify_disclosed(item, log.origin)
        self._promised = ()
        if item.body is not None and self._head is not None:
            self._promised = self._promises(self._head, item.body)

    def _close_entry(self) -> None:
        """Keep the entry that all has come of."""
        self._close_attachment()
        if self._entry is None:
            return
        enclosures = tuple(
            Enclosure(
                index=self._entry.index,
                number=number,
                name=each.name,
                size=each.size,
                is_shown=number in self._shown,
                note=self._note if number in self._shown else b"",
            )
            for number, each in enumerate(self._promised)
        )
        proved = ProvedEntry(item=self._entry, leaf_hash=self._hash, head=self._head, attachments=enclosures)
        self._entries.append(proved)
        self._shown, self._note = set(), b""
        if self._progress is not None:
            self._progress(len(self._entries), self._counts.entries)

    # --- attachments --------------------------------------------------------------------------------------

    def _take_attachment(self, item: AttachmentItem) -> None:
        self._insist(self._entry is not None and item.number > max(self._shown, default=-1), "an attachment")
        if item.number >= len(self._promised):
            raise _broken("not_promised", f"attachment {item.number} was never promised by its entry")
        promised = self._promised[item.number]
        if promised.size > MAX_ATTACHMENT_BYTES:
            raise refused("attachment-size", f"an attachment of {promised.size:,} bytes")
        self._shown.add(item.number)
        self._open = _Open(promised, item)

    def _continue_attachment(self, item: ContinuedItem) -> None:
        opened = self._open
        if opened is None or len(opened.content) + len(item.content) > opened.promised.size:
            raise refused("continued", "bytes of an attachment stand where none may stand, or are too many")
        if len(opened.content) % PART_BYTES:
            raise refused(
                "part", f"an attachment goes on behind a part that is not {PART_BYTES:,} bytes long"
            )
        opened.content += item.content

    def _close_attachment(self) -> None:
        opened, self._open = self._open, None
        if opened is None:
            return
        assert self._entry is not None
        origin, content = self._logs[self._entry.log].origin, bytes(opened.content)
        try:
            verify_attachment(opened.promised, origin, opened.item.salt, content)
        except PeerError as error:
            where = f"attachment {opened.item.number} of entry {self._entry.index:,} of {origin}"
            raise _broken("attachment", f"{where}: {error.message}") from error
        if self._head is not None and self._head.kind == Kind.NOTE:
            self._note = content
        if self._attached is not None:
            self._attached(self._entry, opened.promised, opened.item, content)

    # --- the end ------------------------------------------------------------------------------------------

    def end(self) -> ProvedCommunique:
        """Judge what can only be judged when all has come."""
        self._close_entry()
        header, entries = self._counts_at_end(), tuple(self._entries)
        issuer = self._issuer(header)
        logs = {number: each.proved() for number, each in self._logs.items()}
        versions = verify_versions(self._opening(issuer), self._amendments)
        agreement = versions[0].agreement
        _insist_of_line(agreement, logs)
        _insist_one_truth(entries, logs)
        _insist_belonging(entries)
        chosen = (each.chosen() for each in entries if each.item.why is Why.CHOSEN)
        if selection_digest(agreement.line_id, header.embargo_ms, chosen) != header.digest:
            raise _broken("selection", "its entries are not the selection that its header names")
        _insist_on_this(entries, header.digest)
        statements = [(each.head, each.item.body) for each in entries]
        keys = agreed_keys([each.agreement for each in versions], statements)
        _insist_named(agreement, logs, keys)
        return ProvedCommunique(
            header=header,
            versions=versions,
            logs=logs,
            entries=entries,
            issuer=issuer,
            keys=keys,
        )

    def _counts_at_end(self) -> HeaderItem:
        if self._header is None:
            raise refused("order", "its header is missing")
        if (len(self._logs), len(self._entries)) != (self._header.logs, self._header.entries):
            raise refused("count", "it holds fewer logs or entries than its header says")
        if {each.item.log for each in self._entries} != set(self._logs):
            raise refused("empty-log", "it shows a log and no entry of it")
        return self._header

    def _issuer(self, header: HeaderItem) -> int:
        for number, each in self._logs.items():
            if each.origin == header.origin:
                return number
        raise refused("issuer", "it holds no log of its issuer")

    def _opening(self, issuer: int) -> bytes:
        for each in self._entries:
            if each.id == (issuer, 0) and each.item.body is not None:
                return each.item.body
        raise refused("no-agreement", "entry 0 of the issuer, which holds the agreement, is not shown")


@contextmanager
def _naming(entry: str) -> Iterator[None]:
    """Put before what is wrong where it is wrong."""
    try:
        yield
    except CoupefeuError as error:
        error.message = f"{entry}: {error.message}"
        raise


def _verify_disclosed(item: EntryItem, origin: str) -> Head | None:
    if item.head_salt is None or item.head is None:
        return None
    Disclosure(item.index, item.head_salt, item.head, item.body_salt, item.body).verify(origin, item.leaf)
    try:
        return decode_head(item.head)
    except PeerError:
        return None


def _verify_signature(reader: FileReader, log: ProvedLog) -> bool:
    """Verify the last line; gives whether it is signed against quantum computers too: whoever holds a key must."""
    signature, text = reader.signature, signed_text(log.origin, reader.digest)
    if signature.key_id != log.key.key_id:
        raise _broken("other_key", f"it is signed by a key that is not the log key of {log.origin} here")
    verify_raw(log.key, text, signature.signature)
    own = (each for each in log.party_keys if each.algorithm == ML_DSA_44 and each.name == log.origin)
    key = next(own, None)
    if key is None and signature.ml_dsa_signature:
        raise _broken("other_key", "its post-quantum signature is by a key that the file does not hold")
    if key is None:
        return False
    if not signature.ml_dsa_signature:
        raise _broken(
            "cut_signature", "its post-quantum signature was cut off: the file holds the key for it"
        )
    if signature.ml_dsa_key_id != key.key_id:
        raise _broken("other_key", "its post-quantum signature is by a key that the file does not hold")
    mldsa.verify(key.key, text.encode(), signature.ml_dsa_signature)
    return True


def _insist_of_line(agreement: Agreement, logs: Mapping[int, ProvedLog]) -> None:
    """Refuse a log that is not of this line: its number is the place of its party, and counts on by incarnation."""
    parties = agreement.party_ids
    for number, log in logs.items():
        party = party_of(number, parties)
        incarnation = incarnation_of(number, len(parties))
        if not party or log.origin != format_origin(agreement.name, agreement.line_id, party, incarnation):
            raise _broken(
                "other_line", f"{log.origin} is not log {number} of the line that its agreement names"
            )


def _insist_named(agreement: Agreement, logs: Mapping[int, ProvedLog], keys: AgreedKeys) -> None:
    """Refuse a party's key that the agreement does not name, and a witness that bears a name of the line.

    Otherwise one side alone could make the other's log, consent and receipts, under keys of its own.
    """
    line = format_origin(agreement.name, agreement.line_id, "", 0).removesuffix("/0")
    for log in logs.values():
        for key in log.keys:
            if key in log.party_keys and not keys.names(key):
                what = f"the key {key.key_id.hex()} of {key.name} is not one that its agreement names"
                raise _broken("unnamed_key", what)
            if key not in log.party_keys and key.name.startswith(line):
                raise _broken("witness_name", f"a witness bears the name {key.name}, which is a party's")


def _insist_belonging(entries: tuple[ProvedEntry, ...]) -> None:
    """Refuse an entry that was not chosen, and whose kind is none that stands beside a selection."""
    for each in entries:
        kinds = _BESIDE.get(each.item.why)
        if kinds is not None and (each.head is None or each.head.kind not in kinds):
            raise _beside(each, "is no agreement, no key and no word on it")


def _insist_on_this(entries: tuple[ProvedEntry, ...], digest: bytes) -> None:
    """Refuse a proposal or answer on another selection: nobody consented to show it."""
    for each in entries:
        body = each.item.body
        if each.item.why is Why.CONSENT and not (body is not None and _names(body, digest)):
            raise _beside(each, "is about another one")


def _beside(entry: ProvedEntry, what: str) -> VerificationError:
    log, index = entry.id
    return _broken("why", f"entry {index:,} of log {log} stands beside the selection, and {what}")


def _names(body: bytes, digest: bytes) -> bool:
    """Whether a body on consent names this selection; all three kinds have its digest in one place."""
    try:
        fields = cbor.decode(body)
    except PeerError:
        return False
    return isinstance(fields, dict) and fields.get(0) == digest


def _insist_one_truth(entries: tuple[ProvedEntry, ...], logs: Mapping[int, ProvedLog]) -> None:
    """Refuse entries that name another leaf, or another root, than stands here for the same place."""
    leaves = {each.id: each.leaf_hash for each in entries}
    roots = {number: log.roots() for number, log in logs.items()}
    for each in entries:
        if each.head is None:
            continue
        for reference in each.head.references:
            if leaves.get((reference.log, reference.index), reference.leaf_hash) != reference.leaf_hash:
                raise _two_truths(each, f"entry {reference.index:,} of log {reference.log}")
        for seen in each.head.seen:
            if roots.get(seen.log, {}).get(seen.size, seen.root) != seen.root:
                raise _two_truths(each, f"the first {seen.size:,} entries of log {seen.log}")


def _two_truths(entry: ProvedEntry, what: str) -> VerificationError:
    log, index = entry.id
    return _broken("two_truths", f"entry {index:,} of log {log} was written after another version of {what}")


def _broken(defect: str, what: str) -> VerificationError:
    return VerificationError(
        f"the communique does not hold: {what}",
        code=f"record.communique.{defect}",
        hint="It was changed, or was made of what never was one record. Keep it, and ask its issuer for another.",
    )
