"""Contents of attachments: ours are stored with their message, another party's when the last part has come.

A content is kept only when it is what its message committed to, was promised to us, and is within the agreed size.
Ours is read out in parts, and only to a party to whom the message is addressed (protocol A14).
"""

from sqlalchemy import bindparam, exists, insert, select, tuple_

from coupefeu.errors import PeerError, StoreError, naming
from coupefeu.model.attachments import PART_BYTES, Promised
from coupefeu.model.entry import is_to
from coupefeu.model.logs import position_of
from coupefeu.record.attachment import attachment_salt, verify_attachment
from coupefeu.services.base import Statement
from coupefeu.services.messages.promised import PROMISED, select_promised
from coupefeu.store import tables
from coupefeu.store.jobs import FindWanted, KeepAttachment, Kept, Part, ReadPart, Wanted, WantedAttachment
from coupefeu.store.showing import parse_head
from coupefeu.store.transaction import MAX_INDEX, Transaction

MAX_WANTED = 64

_INSERT = insert(tables.attachments)
_THIS_ONE = (
    (tables.attachments.c.log == bindparam("log"))
    & (tables.attachments.c.idx == bindparam("idx"))
    & (tables.attachments.c.number == bindparam("number"))
)
_SELECT_HELD = select(tables.attachments.c.number).where(_THIS_ONE).limit(1)
_SELECT_PARTS = (
    select(tables.attachments.c.content)
    .where(_THIS_ONE, tables.attachments.c.part.between(bindparam("part"), bindparam("next_part")))
    .order_by(tables.attachments.c.part)
)
"""Two neighbours hold what is asked for from any offset."""
_SELECT_WANTED = (
    select(PROMISED.c.log, PROMISED.c.idx, PROMISED.c.arrival, PROMISED.c.number, PROMISED.c.size)
    .where(
        PROMISED.c.to_us,
        PROMISED.c.log % bindparam("parties") == bindparam("position"),
        tuple_(PROMISED.c.arrival, PROMISED.c.number) > tuple_(bindparam("arrival"), bindparam("number")),
        PROMISED.c.size <= bindparam("agreed"),
        ~exists().where(
            tables.attachments.c.log == PROMISED.c.log,
            tables.attachments.c.idx == PROMISED.c.idx,
            tables.attachments.c.number == PROMISED.c.number,
        ),
    )
    .order_by(PROMISED.c.arrival, PROMISED.c.number)
    .limit(MAX_WANTED)
)


def find_wanted(transaction: Transaction, job: FindWanted) -> Wanted:
    """Name what is promised to us, within the agreed size, and not held; the oldest message first."""
    agreed = transaction.context.agreement.budgets.attachment_bytes
    parties = len(transaction.line.parties)
    at = {"arrival": job.after_arrival, "number": job.after_number, "agreed": agreed}
    at |= {"parties": parties, "position": position_of(job.log, parties)}
    return Wanted(
        items=tuple(
            WantedAttachment(
                log=row["log"],
                index=row["idx"],
                arrival=row["arrival"],
                number=row["number"],
                size=row["size"],
            )
            for row in transaction.select(Statement(_SELECT_WANTED, at))
        )
    )


def read_part(transaction: Transaction, job: ReadPart) -> Part:
    """Read a part of our own attachment; nothing for a party that is not addressed, and for what is not there."""
    in_reach = 0 <= job.index < MAX_INDEX and 0 <= job.number < MAX_INDEX and 0 <= job.offset < MAX_INDEX
    if not in_reach or not _may_have(transaction, job):
        return Part(data=b"")
    part, start = divmod(job.offset, PART_BYTES)
    at = {"log": job.log, "idx": job.index, "number": job.number, "part": part, "next_part": part + 1}
    rows = transaction.select(Statement(_SELECT_PARTS, at))
    return Part(data=b"".join(row["content"] for row in rows)[start : start + PART_BYTES])


def _may_have(transaction: Transaction, job: ReadPart) -> bool:
    row = transaction.entry(job.log, job.index) if transaction.line.is_ours(job.log) else None
    head = parse_head(row["head"]) if row is not None else None
    return head is not None and is_to(head.to_posts, transaction.line.names[job.holder])


def keep_attachment(transaction: Transaction, job: KeepAttachment) -> Kept:
    """Keep the content of an attachment.

    Raises: PeerError: it is not what was committed, or nobody promised it to us; nothing is kept.
    """
    kept = Kept(log=job.log, index=job.index, number=job.number)
    at = {"log": job.log, "idx": job.index, "number": job.number}
    if transaction.select(Statement(_SELECT_HELD, at)):
        return kept
    promised = transaction.select(select_promised((job.log, job.index), job.number))
    agreed = transaction.context.agreement.budgets.attachment_bytes
    if not promised or not promised[0]["to_us"] or promised[0]["size"] > agreed:
        raise PeerError(
            f"no attachment {job.number} of entry {job.index:,} is promised to us within the agreed size",
            code="store.attachments.not_wanted",
            hint="Nothing was kept; only what is promised is asked for.",
        )
    row = transaction.entry(job.log, job.index)
    if row is None or row["seed"] is None:
        raise StoreError(
            f"entry {job.index:,} of log {job.log} is in the view and not on the record",
            code="store.attachments.no_entry",
            hint="Run `coupefeu fsck`.",
        )
    salt = attachment_salt(row["seed"], job.number)
    origin = transaction.line.author(job.log).origin
    wanted = Promised(promised[0]["name"], promised[0]["size"], promised[0]["commitment"])
    with naming(f"attachment {job.number} of entry {job.index:,}"):
        verify_attachment(wanted, origin, salt, job.content)
    store_content(transaction, job.log, job.index, job.number, job.content)
    return kept


def store_content(transaction: Transaction, log: int, index: int, number: int, content: bytes) -> None:
    """Buffer the content of one attachment, in parts: none that is read costs more than itself."""
    for part, start in enumerate(range(0, len(content), PART_BYTES)):
        data = content[start : start + PART_BYTES]
        transaction.write(
            _INSERT, {"log": log, "idx": index, "number": number, "part": part, "content": data}
        )
