"""A party that signs whatever it is told: lawful entries, odd bytes, holes, runs, two truths at once.

author = Author(agreement, "ru")
index = author.say("hello")
keeper.execute([author.checkpoint(0, 1)], now)
"""

from collections.abc import Collection
from hashlib import sha256

from coupefeu.keys.notes import LogSigner
from coupefeu.model.agreement import Agreement
from coupefeu.model.attachments import Promised
from coupefeu.model.entry import Head, Kind
from coupefeu.model.logs import log_number
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.attachment import attachment_salt, commit_attachment
from coupefeu.record.leaf import leaf_hash, make_leaf
from coupefeu.record.statements import sign_checkpoint, sign_run
from coupefeu.record.tree import root_of
from coupefeu.services.messages.forms import encode_content
from coupefeu.store.jobs import Receive
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.line import make_opening, private_key
from coupefeu.wire.head import encode_head, whole
from coupefeu.wire.incarnation import SignedIncarnation
from coupefeu.wire.packet import Batch, CheckpointSignature, LeafOnly, PackedEntry, RunSignature


class Author:
    """The log of one party, in memory, and its key."""

    def __init__(self, agreement: Agreement, name: str, incarnation: int = 1, keys: str = "") -> None:
        """`incarnation`, `keys`: of a later log, as `make_incarnation` was told."""
        self.agreement = agreement
        self.name = name
        self.log = log_number(agreement.log_number(name), incarnation, len(agreement.parties))
        purpose = "log" if incarnation == 1 else f"log{keys}.{incarnation}"
        self._signer = LogSigner(agreement.origin_of(name, incarnation), private_key(name, purpose))
        self._entries: list[tuple[bytes, bytes, bytes]] = []
        self._leaves: list[bytes] = []

    @property
    def size(self) -> int:
        """Entries written."""
        return len(self._entries)

    def copy(self) -> "Author":
        """Give another that goes on from here with the same key: a fork."""
        other = Author(self.agreement, self.name)
        other.log, other._signer = self.log, self._signer
        other._entries, other._leaves = self._entries.copy(), self._leaves.copy()
        return other

    def head(self, kind: int = Kind.MESSAGE, precedence: Precedence = Precedence.ROUTINE) -> Head:
        """Give a lawful head, desk to desks."""
        desks = [party.duty_desk for party in self.agreement.parties]
        return Head(
            kind=kind,
            from_post=self.agreement.desk(self.name).id,
            to_posts=tuple(desk for desk in desks if desk != self.agreement.desk(self.name).id),
            precedence=precedence,
            written_ms=START_UTC_MS,
            language=self.agreement.party(self.name).language,
            agreement_version=self.agreement.version,
        )

    def write(self, head: Head | bytes, body: bytes) -> int:
        """Write an entry of any bytes; gives its index."""
        return self._write(self._draw(body), head, body)

    def _draw(self, material: bytes) -> bytes:
        return sha256(b"seed" + len(self._entries).to_bytes(8) + material).digest()[:16]

    def _write(self, seed: bytes, head: Head | bytes, body: bytes) -> int:
        encoded = head if isinstance(head, bytes) else encode_head(head)
        self._entries.append((seed, encoded, body))
        self._leaves.append(make_leaf(self._signer.name, seed, encoded, body))
        return len(self._entries) - 1

    def root(self, size: int) -> bytes:
        """Give the root of the log at `size`."""
        return root_of([leaf_hash(leaf) for leaf in self._leaves[:size]])

    def open(self, signed: SignedIncarnation, text: bytes = b"") -> int:
        """Write entry 0 of a new incarnation; gives its index. `text`: of the agreement, as `make_opening` has it."""
        head = self.head(Kind.INCARNATION_OPENED, Precedence.FLASH)
        return self.write(head, make_opening(self.agreement, signed, text))

    def say(self, text: str, precedence: Precedence = Precedence.ROUTINE) -> int:
        """Write a FREE TEXT; gives its index."""
        content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
        return self.write(self.head(precedence=precedence), encode_content(content))

    def attach(self, *contents: bytes, head: Head | None = None, says: int | None = None) -> int:
        """Write a message that promises these contents, of `says` bytes each where it lies; gives its index."""
        origin, seed = self._signer.name, self._draw(b"".join(contents))
        promises = tuple(
            Promised(
                name=f"file {number}",
                size=len(content) if says is None else says,
                commitment=commit_attachment(origin, attachment_salt(seed, number), content),
            )
            for number, content in enumerate(contents)
        )
        said = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="See below.", attachments=promises)
        return self._write(seed, head or self.head(), encode_content(said))

    # --- what goes on air ---------------------------------------------------------------------------------

    def checkpoint(
        self, start: int, end: int, *, leaf_only: Collection[int] = (), left_out: Collection[int] = ()
    ) -> Receive:
        """Send entries [start, end) under a checkpoint of size `end`."""
        batch = self._batch(start, end, leaf_only, left_out)
        root = root_of([leaf_hash(leaf) for leaf in self._leaves[:end]])
        return self._receive(batch, CheckpointSignature(end, sign_checkpoint(self._signer, end, root)))

    def run(self, start: int, end: int, *, leaf_only: Collection[int] = ()) -> Receive:
        """Send entries [start, end) under a run of their own."""
        batch = self._batch(start, end, leaf_only, ())
        root = root_of([leaf_hash(leaf) for leaf in self._leaves[start:end]])
        return self._receive(batch, RunSignature(start, end, sign_run(self._signer, start, end, root)))

    def _batch(
        self, start: int, end: int, leaf_only: Collection[int], left_out: Collection[int]
    ) -> tuple[PackedEntry | LeafOnly, ...]:
        return tuple(
            LeafOnly(index, self._leaves[index]) if index in leaf_only else self.packed(index)
            for index in range(start, end)
            if index not in left_out
        )

    def packed(self, index: int) -> PackedEntry:
        """Give one entry as it goes on air."""
        seed, head, body = self._entries[index]
        return PackedEntry(index, seed, whole(head), body)

    def _receive(
        self, entries: tuple[PackedEntry | LeafOnly, ...], statement: CheckpointSignature | RunSignature
    ) -> Receive:
        return Receive(batch=Batch(self.log, entries, statement))
